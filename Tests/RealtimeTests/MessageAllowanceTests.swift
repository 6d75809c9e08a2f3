import Realtime
import Testing

@Suite struct MessageAllowanceTests {
    @Test func `a burst passes, then one a refill`() {
        var allowance = MessageAllowance(perMinute: 60, burst: 5, now: 0)
        for _ in 0..<5 { #expect(allowance.take(at: 0) == .accepted) }
        #expect(allowance.take(at: 0) == .droppedAndTold)
        #expect(allowance.take(at: 999) == .dropped)
        #expect(allowance.take(at: 1_000) == .accepted)
        #expect(allowance.take(at: 1_000) == .dropped)
    }

    @Test func `who is quiet for a while is told again`() {
        var allowance = MessageAllowance(perMinute: 60, burst: 1, now: 0)
        #expect(allowance.take(at: 0) == .accepted)
        #expect(allowance.take(at: 1) == .droppedAndTold)
        #expect(allowance.take(at: 6_001) == .accepted)
        #expect(allowance.take(at: 6_002) == .droppedAndTold)
    }

    @Test func `who goes on for ten seconds is closed`() {
        var allowance = MessageAllowance(perMinute: 60, burst: 1, now: 0)
        var verdicts: [MessageAllowance.Verdict] = []
        for time in stride(from: Int64(0), through: 11_000, by: 400) {
            verdicts.append(allowance.take(at: time))
        }
        #expect(verdicts.count { $0 == .droppedAndTold } == 1)
        // The first message was dropped at 400 ms.
        #expect(verdicts.firstIndex(of: .exhausted).map { $0 * 400 } == 10_400)
    }

    @Test func `five times the minute's allowance closes at once`() {
        var allowance = MessageAllowance(perMinute: 100, burst: 50, now: 0)
        let verdicts = (1...500).map { _ in allowance.take(at: 0) }
        #expect(verdicts.count { $0 == .accepted } == 50)
        #expect(verdicts.last == .exhausted)
        #expect(verdicts.count { $0 == .exhausted } == 1)
    }

    @Test func `a clock that stands still or jumps does no harm`() {
        var allowance = MessageAllowance(perMinute: 100, burst: 2, now: 1_000)
        #expect(allowance.take(at: 0) == .accepted)
        #expect(allowance.take(at: .max / 2) == .accepted)
    }
}
