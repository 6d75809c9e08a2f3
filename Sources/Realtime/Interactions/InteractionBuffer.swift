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
    /// Other records kept: ≤ 300 bytes each, those of pushes much less.
    static let othersMax = 50_000

    enum Entry {
        /// Apart: it would make every entry as large.
        indirect case record(InteractionRecord)
        case pushes(SentPushes)

        /// How many records it is.
        var count: Int {
            switch self {
            case .record: 1
            case .pushes(let pushes): pushes.sockets.count
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
    /// Records in ``others``.
    private var othersCount = 0

    /// Entries that wait.
    var count: Int { events.count + others.count }

    /// - Returns: how many records were given up for it.
    mutating func append(_ entries: [Entry]) -> Int {
        for entry in entries {
            others.append(entry)
            othersCount += entry.count
        }
        var dropped = 0
        while othersCount - dropped > Self.othersMax, let oldest = others.popFirst() {
            dropped += oldest.count
        }
        othersCount -= dropped
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
    ///   - records: no more entries than it takes for so many records.
    mutating func take(
        _ limit: Int, records: Int
    ) -> (entries: [Entry], confirm: [Confirm]) {
        let first = events.prefix(limit)
        var (entries, count) = (first.map { Entry.record($0.0) }, first.count)
        let confirm = first.map(\.1)
        events.removeFirst(first.count)
        while entries.count < limit, count < records, let next = others.popFirst() {
            othersCount -= next.count
            count += next.count
            entries.append(next)
        }
        return (entries, confirm)
    }
}
