import BSON
import Ledger
import Mongo

/// Looks for journal entries that no block names, in parts of the journal that fit into memory:
/// for each part it goes through the ids of all blocks. Slow for long journals, but only done
/// when it is known that something is wrong.
struct UnnamedEntries: Sendable {
    /// Ids held at once: 16 bytes each.
    private static let idsMax = 500_000
    private static let pageSize = 20_000
    private static let blockPageSize = 500

    private let database: MongoDatabase
    private let snapshot: SnapshotReader

    init(_ database: MongoDatabase, _ snapshot: SnapshotReader) {
        self.database = database
        self.snapshot = snapshot
    }

    struct Part: Sendable {
        /// The entries that no block names.
        var documents: [BSONDocument] = []
        /// The last id that was looked at.
        var last = ""
    }

    /// The part of the journal behind that id; nil at the end.
    func part(after id: String) async throws -> Part? {
        let snapshot = snapshot
        return try await database.run { connection in
            var ids: Set<String> = []
            var last = id
            while ids.count < Self.idsMax {
                let page = try Self.ids(
                    after: last, Collections.transactions, projection: ["_id": 1],
                    limit: Self.pageSize, snapshot, connection)
                guard let end = page.last else { break }
                for document in page { ids.insert(try document.string("_id")) }
                last = try end.string("_id")
            }
            if ids.isEmpty { return nil }
            try Self.removeNamed(from: &ids, snapshot, connection)
            let documents = try ids.sorted().prefix(LedgerReport.unnamedMax).map { id in
                try snapshot.page(
                    connection, Collections.transactions, ["_id": .string(id)], limit: 1)
            }
            return Part(documents: documents.flatMap { $0 }, last: last)
        }
    }

    private static func removeNamed(
        from ids: inout Set<String>, _ snapshot: SnapshotReader,
        _ connection: borrowing MongoConnection
    ) throws {
        var block = ""
        while true {
            let page = try Self.ids(
                after: block, Collections.blocks, projection: ["ids": 1], limit: blockPageSize,
                snapshot, connection)
            guard let end = page.last else { return }
            for document in page {
                for id in Block.entryIDs(document) { ids.remove(id.description) }
            }
            block = try end.string("_id")
        }
    }

    private static func ids(
        after id: String, _ collection: String, projection: BSONDocument, limit: Int,
        _ snapshot: SnapshotReader, _ connection: borrowing MongoConnection
    ) throws -> [BSONDocument] {
        try snapshot.page(
            connection, collection, ["_id": ["$gt": .string(id)]], projection: projection,
            sort: ["_id": 1], limit: limit)
    }
}
