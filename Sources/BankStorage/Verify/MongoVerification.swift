import BSON
package import BankCore
package import Ledger
package import Mongo

/// Feeds the whole bank, as of one moment, to ``LedgerVerifier``.
package struct MongoVerification: Sendable {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    /// - Parameters:
    ///   - knownHeads: heads kept elsewhere, against which a cut tail shows.
    ///   - progress: is told from time to time how many entries have been looked at.
    package func verify(
        knownHeads: [ChainHead] = [], progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(StoreError) -> LedgerReport {
        try await database.read { connection in
            let snapshot = try SnapshotReader(connection)
            var heads = knownHeads
            let first = try snapshot.page(
                connection, Collections.blocks, ["height": 1],
                projection: ["heads": 1], limit: 100_000)
            for block in first {
                heads += try (block.optionalDocuments("heads") ?? []).map(ChainHead.init)
            }
            var pass = VerificationPass(verifier: LedgerVerifier(knownHeads: heads))
            try pass.readChain(snapshot, connection, progress)
            try pass.readUnnamed(snapshot, connection)
            try pass.readAccounts(snapshot, connection)
            return pass.verifier.finish()
        }
    }

    /// The chains' heads as they are now, to be kept elsewhere.
    package func heads() async throws(StoreError) -> [ChainHead] {
        try await database.read { try $0.chainHeads() }
    }
}

/// One reading of everything.
private struct VerificationPass {
    var verifier: LedgerVerifier
    private var entryCount = 0

    init(verifier: LedgerVerifier) { self.verifier = verifier }

    /// All blocks in order of their ids, each with the entries that it names.
    mutating func readChain(
        _ snapshot: borrowing SnapshotReader, _ connection: borrowing MongoConnection,
        _ progress: (Int) -> Void
    ) throws {
        try snapshot.forEachPage(connection, Collections.blocks, limit: 200) { documents in
            var blocks: [Block] = []
            var ids = 0
            for document in documents {
                guard let block = try? Block(document: document) else {
                    verifier.addUnreadable(try document.string("_id"))
                    continue
                }
                blocks.append(block)
                ids += block.entries.count
                if ids >= 1_000 {
                    try read(blocks, snapshot, connection)
                    progress(entryCount)
                    (blocks, ids) = ([], 0)
                }
            }
            try read(blocks, snapshot, connection)
        }
    }

    private mutating func read(
        _ blocks: [Block], _ snapshot: borrowing SnapshotReader,
        _ connection: borrowing MongoConnection
    ) throws {
        let ids = blocks.flatMap { $0.entries.map(\.id) }
        guard !ids.isEmpty else { return }
        var found: [TransactionID: EntryReading] = [:]
        let documents = try snapshot.page(
            connection, Collections.transactions, ["_id": .anyOf(ids)], limit: ids.count)
        for document in documents {
            guard let id: TransactionID = try? document.identifier("_id") else { continue }
            found[id] = (try? JournalDocument(document).entry).map(EntryReading.read) ?? .unreadable
        }
        for block in blocks {
            verifier.add(block, entries: block.entries.map { found[$0.id] ?? .missing })
        }
        entryCount += ids.count
    }

    /// Entries that no block names. Only looked for when there are more entries than the blocks
    /// name.
    mutating func readUnnamed(
        _ snapshot: borrowing SnapshotReader, _ connection: borrowing MongoConnection
    ) throws {
        var named: Set<TransactionID> = []
        try snapshot.forEachPage(
            connection, Collections.blocks, projection: ["ids": 1], limit: 500
        ) { documents in
            for document in documents {
                named.formUnion(Block.entryIDs(document))
            }
        }
        try snapshot.forEachPage(
            connection, Collections.transactions, projection: ["_id": 1], limit: 20_000
        ) { documents in
            for document in documents {
                let text = try document.string("_id")
                if let id = TransactionID(text), named.contains(id) { continue }
                try readUnnamed(text, snapshot, connection)
            }
        }
    }

    private mutating func readUnnamed(
        _ id: String, _ snapshot: borrowing SnapshotReader,
        _ connection: borrowing MongoConnection
    ) throws {
        let document = try snapshot.page(
            connection, Collections.transactions, ["_id": .string(id)], limit: 1
        ).first
        if let document, let transaction = try? JournalDocument(document).transaction {
            verifier.addUnnamed(transaction)
        } else {
            verifier.addUnreadable(id)
        }
    }

    mutating func readAccounts(
        _ snapshot: borrowing SnapshotReader, _ connection: borrowing MongoConnection
    ) throws {
        try snapshot.forEachPage(connection, Collections.accounts, limit: 2_000) { documents in
            for document in documents {
                if let account = try? Account(document: document) {
                    verifier.add(account)
                } else {
                    verifier.addUnreadable(try document.string("_id"))
                }
            }
        }
    }
}
