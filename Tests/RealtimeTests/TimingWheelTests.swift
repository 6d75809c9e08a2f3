import Realtime
import Testing

struct TimingWheelTests {
    @Test func `nobody comes before the time, everybody comes at it`() {
        var wheel = TimingWheel<String>(slots: 8, present: 100)
        wheel.insert("soon", at: 101)
        wheel.insert("later", at: 104)
        #expect(wheel.advance(to: 100).isEmpty)
        #expect(wheel.advance(to: 101).map(\.element) == ["soon"])
        #expect(wheel.advance(to: 103).isEmpty)
        let due = wheel.advance(to: 104)
        #expect(due.map(\.element) == ["later"])
        #expect(due.map(\.step) == [104])
        #expect(wheel.advance(to: 1_000).isEmpty)
    }

    @Test func `more than a turn away waits for its own turn`() {
        var wheel = TimingWheel<Int>(slots: 8, present: 0)
        wheel.insert(1, at: 3)
        wheel.insert(2, at: 11)
        wheel.insert(3, at: 19)
        #expect(wheel.advance(to: 3).map(\.element) == [1])
        #expect(wheel.advance(to: 10).isEmpty)
        #expect(wheel.advance(to: 11).map(\.element) == [2])
        #expect(wheel.advance(to: 19).map(\.element) == [3])
    }

    @Test func `a pause longer than a turn leaves nobody behind and visits nobody early`() {
        var wheel = TimingWheel<Int64>(slots: 8, present: 0)
        for step in 1...100 as ClosedRange<Int64> { wheel.insert(step, at: step) }
        #expect(wheel.advance(to: 50).map(\.element).sorted() == Array(1...50))
        #expect(wheel.advance(to: 100).map(\.element).sorted() == Array(51...100))
    }

    @Test func `a time that is over comes with the next step`() {
        var wheel = TimingWheel<String>(slots: 8, present: 20)
        #expect(wheel.insert("missed", at: 5) == 21)
        #expect(wheel.advance(to: 21).map(\.element) == ["missed"])
        // A clock that goes back visits nobody, and breaks nothing.
        #expect(wheel.advance(to: 3).isEmpty)
        wheel.insert("next", at: 22)
        #expect(wheel.advance(to: 22).map(\.element) == ["next"])
    }
}
