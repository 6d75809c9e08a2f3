import DequeModule
import Ledger

/// What waits to be stored: client events apart from the records of pushes, each bounded.
///
/// Pure. When there is too much, records of pushes are given up, oldest first, and counted; a
/// client event that finds no room is refused at once, so that its client knows.
struct InteractionBuffer {
    typealias Confirm = @Sendable (_ isStored: Bool) -> Void

    /// Records kept of each sort, ≤ 5 KiB each.
    static let recordsMax = 10_000

    enum Entry {
        /// Apart: it would make every entry as large.
        indirect case record(InteractionRecord)
        case push(SentPush)

        func record(_ identifiers: IdentifierGenerator) -> InteractionRecord {
            switch self {
            case .record(let record): record
            case .push(let push): push.record(identifiers)
            }
        }
    }

    private var events: Deque<(InteractionRecord, Confirm)> = []
    private var others: Deque<Entry> = []

    /// - Returns: how many were given up for it.
    mutating func append(_ entries: [Entry]) -> Int {
        others.append(contentsOf: entries.suffix(Self.recordsMax))
        let dropped = max(others.count - Self.recordsMax, 0)
        others.removeFirst(dropped)
        return dropped + max(entries.count - Self.recordsMax, 0)
    }

    /// False: full, nothing is kept.
    mutating func append(_ record: InteractionRecord, confirm: @escaping Confirm) -> Bool {
        guard events.count < Self.recordsMax else { return false }
        events.append((record, confirm))
        return true
    }

    /// The next records to store, client events first, and whom to tell when they are.
    mutating func take(_ limit: Int) -> (entries: [Entry], confirm: [Confirm]) {
        let first = events.prefix(limit)
        let second = others.prefix(limit - first.count)
        let batch = (first.map { Entry.record($0.0) } + second, first.map(\.1))
        events.removeFirst(first.count)
        others.removeFirst(second.count)
        return batch
    }
}
