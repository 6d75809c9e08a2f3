import Realtime
import Testing

/// By hand; ``AccountStreamWorldTests`` tries every interleaving.
@Suite struct AccountStreamTests {
    private struct Event: Sequenced, Hashable { let seq: Int64 }

    @Test func `live events pass straight through`() {
        var stream = AccountStream<Event>()
        #expect(stream.start(at: 5, resume: nil).isRecovered)
        #expect(stream.isLive)
        #expect(stream.receive(Event(seq: 6)).map(\.seq) == [6])
        #expect(stream.receive(Event(seq: 6)).isEmpty)
        #expect(stream.last == 6)
    }

    @Test func `a gap is filled before anything else goes out`() {
        var stream = AccountStream<Event>()
        _ = stream.start(at: 5, resume: nil)
        #expect(stream.receive(Event(seq: 8)).isEmpty)
        #expect(stream.wanted == .init(after: 5, through: 7))
        stream.fetchBegan()
        #expect(stream.receive(Event(seq: 9)).isEmpty)
        #expect(stream.fetched([Event(seq: 6), Event(seq: 7)]).map(\.seq) == [6, 7, 8, 9])
        #expect(stream.isLive)
    }

    @Test func `a hint alone makes the stream read the journal`() {
        var stream = AccountStream<Event>()
        _ = stream.start(at: 5, resume: nil)
        stream.hint(7)
        #expect(stream.wanted == .init(after: 5, through: 7))
    }

    @Test func `positions that can't be are not recovered`() {
        for (position, resume, isRecovered) in [
            (5, 6, false), (5, -1, false), (5, 5, true), (5, 0, true),
            (10_000, 0, true), (10_001, 0, false), (Int64.max, 0, false), (5, Int64.min, false),
        ] as [(Int64, Int64, Bool)] {
            var stream = AccountStream<Event>()
            let started = stream.start(at: position, resume: resume)
            #expect(started.isRecovered == isRecovered, "\(position) \(resume)")
            #expect(stream.last == (isRecovered ? resume : position))
        }
    }

    @Test func `of many held events the newest are kept, and the journal gives the rest`() {
        var stream = AccountStream<Event>()
        for seq in 1...Int64(1_000) { #expect(stream.receive(Event(seq: seq)).isEmpty) }
        #expect(stream.start(at: 1_000, resume: 0).send.isEmpty)
        let held = Int64(AccountStream<Event>.heldMax)
        #expect(stream.wanted == .init(after: 0, through: 1_000 - held))
        stream.fetchBegan()
        let sent = stream.fetched((1...(1_000 - held)).map { Event(seq: $0) })
        #expect(sent.map(\.seq) == Array(1...1_000))
    }

    @Test func `a look that failed is wanted again`() {
        var stream = AccountStream<Event>()
        _ = stream.start(at: 2, resume: 0)
        stream.fetchBegan()
        #expect(stream.wanted == nil)
        #expect(stream.fetchFailed().isEmpty)
        #expect(stream.wanted == .init(after: 0, through: 2))
    }

    @Test func `what the feed brought while a look failed goes out at once`() {
        var stream = AccountStream<Event>()
        _ = stream.start(at: 2, resume: 1)
        stream.fetchBegan()
        #expect(stream.receive(Event(seq: 2)).isEmpty)
        #expect(stream.fetchFailed().map(\.seq) == [2])
        #expect(stream.isLive)
    }
}
