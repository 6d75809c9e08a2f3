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

    private var events: Deque<(InteractionRecord, Confirm)> = []
    private var pushes: Deque<InteractionRecord> = []
    private(set) var pushesDropped: Int64 = 0

    var isEmpty: Bool { events.isEmpty && pushes.isEmpty }

    mutating func append(_ record: InteractionRecord) {
        pushes.append(record)
        if pushes.count > Self.recordsMax {
            pushes.removeFirst()
            pushesDropped += 1
        }
    }

    /// False: full, nothing is kept.
    mutating func append(_ record: InteractionRecord, confirm: @escaping Confirm) -> Bool {
        guard events.count < Self.recordsMax else { return false }
        events.append((record, confirm))
        return true
    }

    /// The next records to store, client events first, and whom to tell when they are.
    mutating func take(_ limit: Int) -> (records: [InteractionRecord], confirm: [Confirm]) {
        let first = events.prefix(limit)
        let second = pushes.prefix(limit - first.count)
        let batch = (first.map(\.0) + second, first.map(\.1))
        events.removeFirst(first.count)
        pushes.removeFirst(second.count)
        return batch
    }
}
