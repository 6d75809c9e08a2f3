import DequeModule
import Ledger

/// What waits to be stored: client events apart from the records of pushes, each bounded.
///
/// Pure. When there is too much, records of the service's own are given up, oldest first, and
/// counted; a client event that finds no room is refused at once, so that its client knows.
struct InteractionBuffer {
    typealias Confirm = @Sendable (_ isStored: Bool) -> Void

    /// Client events kept, ≤ 5 KiB each.
    static let eventsMax = 10_000
    /// What other records may weigh, one by itself 1: some 300 bytes each.
    static let othersMax = 50_000

    enum Entry {
        /// Apart, both: the places of a deque that was once long stay.
        indirect case record(InteractionRecord)
        indirect case pushes(SentPushes)

        /// How many records it is.
        var count: Int {
            switch self {
            case .record: 1
            case .pushes(let pushes): pushes.sockets.sockets.count
            }
        }

        /// Records of pushes to the same sockets weigh less than they are.
        var weight: Int {
            switch self {
            case .record: 1
            case .pushes(let pushes): pushes.weight
            }
        }

        func group(_ identifiers: IdentifierGenerator) -> InteractionGroup? {
            switch self {
            case .record(let record): InteractionGroup(record)
            case .pushes(let pushes): pushes.group(identifiers)
            }
        }
    }

    private var events: Deque<(InteractionRecord, Confirm)> = []
    private var others: Deque<Entry> = []
    /// The weight of ``others``.
    private var othersWeight = 0

    /// Entries that wait.
    var count: Int { events.count + others.count }

    /// - Returns: how many records were given up for it.
    mutating func append(_ entries: [Entry]) -> Int {
        for entry in entries {
            others.append(entry)
            othersWeight += entry.weight
        }
        var dropped = 0
        while othersWeight > Self.othersMax, let oldest = others.popFirst() {
            dropped += oldest.count
            othersWeight -= oldest.weight
        }
        return dropped
    }

    /// False: full, nothing is kept.
    mutating func append(_ record: InteractionRecord, confirm: @escaping Confirm) -> Bool {
        guard events.count < Self.eventsMax else { return false }
        events.append((record, confirm))
        return true
    }

    /// What to store next, client events first, and whom to tell when it is.
    ///
    /// - Parameters:
    ///   - limit: entries at most.
    ///   - weight: no more entries than it takes for so much.
    mutating func take(
        _ limit: Int, weight weightMax: Int
    ) -> (entries: [Entry], confirm: [Confirm]) {
        let first = events.prefix(limit)
        var (entries, weight) = (first.map { Entry.record($0.0) }, first.count)
        let confirm = first.map(\.1)
        events.removeFirst(first.count)
        while entries.count < limit, weight < weightMax, let next = others.popFirst() {
            othersWeight -= next.weight
            weight += next.weight
            entries.append(next)
        }
        return (entries, confirm)
    }
}
