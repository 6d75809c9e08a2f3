import BSON
package import BankCore
package import Ledger
package import Mongo

/// Feeds the whole bank, as of one moment, to ``LedgerVerifier``.
///
/// Bounded memory: a part of the journal at a time, while the next one is being read. Only what
/// the verifier keeps grows: a small record for each account and each writer.
package struct MongoVerification: Sendable {
    let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    /// - Parameters:
    ///   - knownHeads: heads kept elsewhere, against which a cut tail shows.
    ///   - progress: is told from time to time how many entries have been looked at.
    package func verify(
        knownHeads: [ChainHead] = [], progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(StoreError) -> LedgerReport {
        do {
            let snapshot = try await database.run { try SnapshotReader($0) }
            let named = try await firstBlockHeads(snapshot)
            var verifier = LedgerVerifier(knownHeads: knownHeads + named)
            let found = try await readChain(snapshot, into: &verifier, progress)
            try await readUnnamed(snapshot, foundByChain: found, into: &verifier)
            try await readAccounts(snapshot, into: &verifier)
            try await readHolds(snapshot, into: &verifier)
            return verifier.finish()
        } catch {
            throw StoreError.reported(error)
        }
    }

    /// The chains' heads as they are now, to be kept elsewhere.
    package func heads() async throws(StoreError) -> [ChainHead] {
        try await database.read { try $0.chainHeads() }
    }

    /// The heads that the chains' first blocks carry.
    private func firstBlockHeads(_ snapshot: SnapshotReader) async throws -> [ChainHead] {
        try await database.run { connection in
            try snapshot.page(
                connection, Collections.blocks, ["height": 1], projection: ["heads": 1],
                limit: 100_000
            ).flatMap { try ($0.optionalDocuments("heads") ?? []).map(ChainHead.init) }
        }
    }

    /// All blocks in order of their ids, each with the entries that it names.
    /// - Returns: how many of the named entries are there.
    private func readChain(
        _ snapshot: SnapshotReader, into verifier: inout LedgerVerifier,
        _ progress: (Int) -> Void
    ) async throws -> Int64 {
        let reading = ChainReading(database, snapshot)
        var found: Int64 = 0
        var part = try await reading.part(after: nil)
        while let current = part {
            async let next = reading.part(after: current.lastBlock)
            for (block, entries) in current.blocks {
                verifier.add(block, entries: entries)
                found += Int64(entries.count { $0 != .missing })
            }
            for id in current.unreadable { verifier.addUnreadable(id) }
            progress(Int(found))
            part = try await next
        }
        return found
    }

    /// Entries that no block names: looked for only when the journal has not just those that
    /// the blocks name, each once.
    private func readUnnamed(
        _ snapshot: SnapshotReader, foundByChain found: Int64, into verifier: inout LedgerVerifier
    ) async throws {
        let count = try await database.run { connection in
            try snapshot.count(connection, Collections.transactions)
        }
        guard count != found || !verifier.isCleanSoFar else { return }
        let search = UnnamedEntries(database, snapshot)
        var part = try await search.part(after: "")
        while let current = part {
            for document in current.documents {
                if let entry = try? JournalDocument(document).transaction {
                    verifier.addUnnamed(entry)
                } else {
                    verifier.addUnreadable(try document.string("_id"))
                }
            }
            part = try await search.part(after: current.last)
        }
    }

    private func readAccounts(
        _ snapshot: SnapshotReader, into verifier: inout LedgerVerifier
    ) async throws {
        var last = ""
        while true {
            let after = last
            let documents = try await database.run { connection in
                try snapshot.page(
                    connection, Collections.accounts, ["_id": ["$gt": .string(after)]],
                    sort: ["_id": 1], limit: 2_000)
            }
            for document in documents {
                last = try document.string("_id")
                if let account = try? Account(document: document) {
                    verifier.add(account)
                } else {
                    verifier.addUnreadable(last)
                }
            }
            if documents.isEmpty { return }
        }
    }
}
