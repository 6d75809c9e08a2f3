import BSON
import Ledger
import Mongo

/// Reads the chains part by part: some blocks in order of their ids, with their entries.
struct ChainReading: Sendable {
    /// Blocks that are read at once; their entries are read in groups of ``entriesMin``.
    private static let blocksMax = 40
    private static let entriesMin = 1_000

    private let database: MongoDatabase
    private let snapshot: SnapshotReader

    init(_ database: MongoDatabase, _ snapshot: SnapshotReader) {
        self.database = database
        self.snapshot = snapshot
    }

    struct Part: Sendable {
        var blocks: [(block: Block, entries: [EntryReading])] = []
        /// Blocks that have lost their shape.
        var unreadable: [String] = []
        var lastBlock = ""
    }

    /// The blocks behind that id; nil at the end. About 10,000 entries at most.
    func part(after id: String?) async throws -> Part? {
        let snapshot = snapshot
        return try await database.run { connection in
            let documents = try snapshot.page(
                connection, Collections.blocks, ["_id": ["$gt": .string(id ?? "")]],
                sort: ["_id": 1], limit: Self.blocksMax)
            guard let last = documents.last else { return nil }
            var part = Part(lastBlock: try last.string("_id"))
            var group: [Block] = []
            for document in documents {
                if let block = try? Block(document: document) {
                    group.append(block)
                } else {
                    part.unreadable.append(try document.string("_id"))
                }
                if group.reduce(0, { $0 + $1.entries.count }) >= Self.entriesMin {
                    part.blocks += try Self.entries(of: group, snapshot, connection)
                    group = []
                }
            }
            part.blocks += try Self.entries(of: group, snapshot, connection)
            return part
        }
    }

    private static func entries(
        of blocks: [Block], _ snapshot: SnapshotReader, _ connection: borrowing MongoConnection
    ) throws -> [(block: Block, entries: [EntryReading])] {
        let ids = blocks.flatMap { $0.entries.map(\.id) }
        guard !ids.isEmpty else { return blocks.map { ($0, []) } }
        var found: [TransactionID: EntryReading] = [:]
        let documents = try snapshot.page(
            connection, Collections.transactions, ["_id": .anyOf(ids)], limit: ids.count)
        for document in documents {
            guard let id: TransactionID = try? document.identifier("_id") else { continue }
            found[id] = (try? JournalDocument(document).entry).map(EntryReading.read) ?? .unreadable
        }
        return blocks.map { block in
            (block, block.entries.map { found[$0.id] ?? .missing })
        }
    }
}
