import DequeModule

/// An event that has its place in an account's journal.
package protocol Sequenced: Sendable {
    var seq: Int64 { get }
}

/// One account's journal as one subscription sends it: each seq once, in order, none left out.
///
/// Live events are held until the account's position is known and what was missed before it has
/// been read from the journal; a gap at any later time is filled the same way. So the change
/// stream may start late, repeat itself or lose events: what goes out does not change.
///
/// Pure. The owner fetches ``wanted`` when it has room, and hands the result to ``fetched(_:)``.
package struct AccountStream<Event: Sequenced>: Sendable {
    /// Held events; older ones are given up first, the journal has them.
    package static var heldMax: Int { 256 }
    /// A client that missed more reads the history by HTTP. Source: realtime.md.
    package static var missedMax: Int64 { 10_000 }

    /// The last seq given out, nil until the position is known.
    package private(set) var last: Int64?
    /// The highest seq known to be in the journal.
    private var reached: Int64 = 0
    private var held: Deque<Event> = []
    private var isFetching = false

    package init() {}

    /// What is to be read from the journal next: seqs after `after` and up to `through`.
    package struct Wanted: Hashable, Sendable {
        package let after: Int64
        package let through: Int64

        package init(after: Int64, through: Int64) {
            self.after = after
            self.through = through
        }
    }

    package var wanted: Wanted? {
        guard !isFetching, let last else { return nil }
        let through = held.first.map { $0.seq - 1 } ?? reached
        return through > last ? Wanted(after: last, through: through) : nil
    }

    /// Nothing is owed: the next seq goes straight through.
    package var isLive: Bool {
        last != nil && !isFetching && held.isEmpty && wanted == nil
    }

    // MARK: -

    /// The account's position, read after this stream was registered with the hub.
    ///
    /// - Parameter resume: the last seq the client has; nil when it wants no replay.
    /// - Returns: events to send, and whether the client's continuity is kept.
    package mutating func start(
        at position: Int64, resume: Int64?
    ) -> (send: [Event], isRecovered: Bool) {
        guard last == nil else { return ([], true) }
        let isRecovered: Bool
        if let resume {
            isRecovered =
                resume >= 0 && resume <= position
                && position - resume <= Self.missedMax
            last = isRecovered ? resume : position
        } else {
            isRecovered = true
            last = position
        }
        reached = max(reached, position)
        return (release(), isRecovered)
    }

    /// Whether this is the next seq, with nothing owed before it: then it counts as given out.
    package mutating func passes(_ seq: Int64) -> Bool {
        guard let last, seq == last + 1, held.isEmpty, !isFetching, reached <= last
        else { return false }
        self.last = seq
        reached = seq
        return true
    }

    /// An event from the feed, which did not pass.
    package mutating func receive(_ event: Event) -> [Event] {
        if passes(event.seq) { return [event] }
        reached = max(reached, event.seq)
        if let last, event.seq <= last { return [] }
        if let newest = held.last, event.seq <= newest.seq { return [] }
        held.append(event)
        if held.count > Self.heldMax { held.removeFirst() }
        return isFetching ? [] : release()
    }

    /// The journal is known to reach this seq, though its event never came.
    package mutating func hint(_ seq: Int64) { reached = max(reached, seq) }

    package mutating func fetchBegan() { isFetching = true }

    /// What the journal gave for ``wanted``: from its beginning, in order, perhaps not all of it.
    package mutating func fetched(_ events: [Event]) -> [Event] {
        guard isFetching, var last else { return [] }
        isFetching = false
        var send: [Event] = []
        for event in events {
            guard event.seq > last else { continue }
            guard event.seq == last + 1 else { break }
            last = event.seq
            send.append(event)
        }
        self.last = last
        return send + release()
    }

    /// The journal could not be read; ``wanted`` stays, unless the feed has brought it meanwhile.
    package mutating func fetchFailed() -> [Event] {
        isFetching = false
        return release()
    }

    /// Gives out held events as far as they follow without a gap.
    private mutating func release() -> [Event] {
        guard var last else { return [] }
        var send: [Event] = []
        while let first = held.first, first.seq <= last + 1 {
            held.removeFirst()
            guard first.seq == last + 1 else { continue }
            last = first.seq
            send.append(first)
        }
        self.last = last
        return send
    }
}

extension AccountStream: Equatable where Event: Equatable {}
extension AccountStream: Hashable where Event: Hashable {}
