import BSON
import Ledger
import Mongo

extension MongoVerification {
    private static let pageSize = 1_000

    /// Every hold with its entry, and the entry that ended it.
    func readHolds(
        _ snapshot: SnapshotReader, into verifier: inout LedgerVerifier
    ) async throws {
        var last = ""
        while true {
            let after = last
            let page = try await database.run { connection in
                try HoldsPage(snapshot, connection, after: after, limit: Self.pageSize)
            }
            for (hold, entry, end) in page.holds {
                verifier.add(hold, entry: entry, endedBy: end)
            }
            for id in page.unreadable { verifier.addUnreadable(id) }
            guard let end = page.last else { return }
            last = end
        }
    }
}

private struct HoldsPage: Sendable {
    var holds: [(hold: Hold, entry: Transaction?, end: Transaction?)] = []
    /// Holds that have lost their shape.
    var unreadable: [String] = []
    /// Nil when there are no more.
    let last: String?

    init(
        _ snapshot: SnapshotReader, _ connection: borrowing MongoConnection, after id: String,
        limit: Int
    ) throws {
        let documents = try snapshot.page(
            connection, Collections.holds, ["_id": ["$gt": .string(id)]], sort: ["_id": 1],
            limit: limit)
        last = try documents.last?.string("_id")
        var found: [Hold] = []
        for document in documents {
            if let hold = try? Hold(document: document) {
                found.append(hold)
            } else {
                unreadable.append(try document.string("_id"))
            }
        }
        let entries = try Self.entries(found.map(\.transactionID), snapshot, connection)
        let ends = try Self.entries(
            entries.values.compactMap(\.ending?.entryID), snapshot, connection)
        holds = found.map { hold in
            let entry = entries[hold.transactionID]
            return (hold, entry, entry?.ending.flatMap { ends[$0.entryID] })
        }
    }

    /// Those of the entries that can be read.
    private static func entries(
        _ ids: [TransactionID], _ snapshot: SnapshotReader, _ connection: borrowing MongoConnection
    ) throws -> [TransactionID: Transaction] {
        guard !ids.isEmpty else { return [:] }
        let documents = try snapshot.page(
            connection, Collections.transactions, ["_id": .anyOf(ids)], limit: ids.count)
        var entries: [TransactionID: Transaction] = [:]
        for document in documents {
            guard let entry = try? JournalDocument(document).transaction else { continue }
            entries[entry.id] = entry
        }
        return entries
    }
}
