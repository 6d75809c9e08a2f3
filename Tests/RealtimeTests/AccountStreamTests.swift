import Realtime
import Testing

@Suite struct AccountStreamTests {
    private struct Event: Sequenced, Hashable { let seq: Int64 }

    // MARK: - Every interleaving of a small world

    /// A journal that grows, a feed that may lose and repeat events, a client that subscribes at
    /// some time, and looks into the journal that take time.
    private struct World {
        /// What the journal has, and what it will have in the end.
        var committed: Int64 = 0
        let finally: Int64
        /// The next seq that the feed will hand over; it may skip one and repeat one.
        var feedNext: Int64 = 1
        var skipsLeft: Int
        var repeatsLeft: Int
        var asked: Int64?
        var isStarted = false
        /// A look into the journal that has read, and whose answer is on its way.
        var fetch: AccountStream<Event>.Wanted?
        var answer: [Int64]?
        var sent: [Int64] = []
    }

    private enum Step: CaseIterable {
        case commit, feed, skip, repeatOne, readPosition, start, beginFetch, readJournal, answer
    }

    /// Runs all interleavings up to their ends, and checks each.
    private func explore(
        _ world: World, _ stream: AccountStream<Event>, resume: Int64?, _ ends: inout Int
    ) {
        var moved = false
        for step in Step.allCases {
            var (next, nextStream) = (world, stream)
            guard take(step, &next, &nextStream, resume: resume) else { continue }
            moved = true
            explore(next, nextStream, resume: resume, &ends)
        }
        guard !moved else { return }
        ends += 1
        let first = (resume ?? world.asked ?? 0) + 1
        let expected = first <= world.finally ? Array(first...world.finally) : []
        #expect(world.sent == expected)
    }

    private func take(
        _ step: Step, _ world: inout World, _ stream: inout AccountStream<Event>, resume: Int64?
    ) -> Bool {
        switch step {
        case .commit:
            guard world.committed < world.finally else { return false }
            world.committed += 1
        case .feed:
            guard world.feedNext <= world.committed else { return false }
            world.sent += stream.receive(Event(seq: world.feedNext)).map(\.seq)
            world.feedNext += 1
        case .skip:
            guard world.skipsLeft > 0, world.feedNext < world.committed else { return false }
            world.skipsLeft -= 1
            world.feedNext += 1
        case .repeatOne:
            guard world.repeatsLeft > 0, world.feedNext > 1 else { return false }
            world.repeatsLeft -= 1
            world.sent += stream.receive(Event(seq: world.feedNext - 1)).map(\.seq)
        case .readPosition:
            guard world.asked == nil, world.committed >= (resume ?? 0) else { return false }
            world.asked = world.committed
        case .start:
            guard let asked = world.asked, !world.isStarted else { return false }
            world.isStarted = true
            world.sent += stream.start(at: asked, resume: resume).send.map(\.seq)
        case .beginFetch:
            guard world.fetch == nil, let wanted = stream.wanted else { return false }
            stream.fetchBegan()
            world.fetch = wanted
        case .readJournal:
            guard let fetch = world.fetch, world.answer == nil else { return false }
            // One entry a look: the longest way.
            let last = min(fetch.through, world.committed, fetch.after + 1)
            world.answer = fetch.after < last ? Array(fetch.after + 1...last) : []
        case .answer:
            guard let answer = world.answer else { return false }
            world.fetch = nil
            world.answer = nil
            world.sent += stream.fetched(answer.map { Event(seq: $0) }).map(\.seq)
        }
        return true
    }

    @Test(arguments: [nil, 0, 1] as [Int64?])
    func `under every interleaving each seq goes out once, in order`(resume: Int64?) {
        var ends = 0
        explore(
            World(finally: 3, skipsLeft: 0, repeatsLeft: 1), AccountStream(), resume: resume,
            &ends)
        #expect(ends > 700)
    }

    @Test func `what the feed loses is read from the journal`() {
        var ends = 0
        explore(
            World(finally: 3, skipsLeft: 1, repeatsLeft: 0), AccountStream(), resume: 0, &ends)
        #expect(ends > 1_000)
    }

    // MARK: - By hand

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
        stream.fetchFailed()
        #expect(stream.wanted == .init(after: 0, through: 2))
    }
}
