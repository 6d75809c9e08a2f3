import BSON
import BankCore
import Ledger
import Mongo
import ServiceKit

extension MongoTransaction {
    /// Writes all that a decided batch changed.
    ///
    /// - Throws: `LedgerFault` when an account or customer that was read is gone: impossible in a
    ///   snapshot, and checked all the same.
    func write(_ batch: LedgerBatch, block: Block?, blockID: BlockID) throws {
        try updateAccounts(batch.book)
        try countOpenAccounts(batch.book.changes)
        try insertAccounts(batch.book)
        try updateCustomers(batch)
        try insertCustomers(batch)
        if let block {
            let documents = zip(batch.book.changes.entries, block.places).map {
                JournalDocument($0, at: $1).document
            }
            try insertMany(Collections.transactions, documents)
            try insertOne(Collections.blocks, block.document(id: blockID))
        }
        try markEnded(batch.book)
        try writeHolds(batch.book.changes)
        if !batch.notices.isEmpty {
            try insertMany(Collections.notices, batch.notices.map(\.document))
        }
    }

    /// One net update an account. The snapshot guards it: a commit of anybody else since the
    /// account was read is a write conflict. So the filter is the id alone, which the server
    /// finds without planning a query; the unique index on account and seq stands behind it.
    private func updateAccounts(_ book: Book) throws {
        let changed = book.changes.before
        guard !changed.isEmpty else { return }
        let result = try bulkWrite(Collections.accounts, ordered: false) { bulk in
            for (id, before) in changed {
                guard let after = book.accounts[id] else { continue }
                bulk.updateOne(["_id": .identifier(id)], MongoUpdate(after.update(from: before)))
            }
        }
        guard result.matched == Int64(changed.count) else { throw LedgerFault.accountGone }
    }

    /// Says on the entries of before by what they were ended. An entry is ended once: whoever
    /// else did it since it was read is a write conflict, and the filter stands behind it.
    private func markEnded(_ book: Book) throws {
        let ended = book.changes.endings.filter { book.parents[$0.key] != nil }
        guard !ended.isEmpty else { return }
        let result = try bulkWrite(Collections.transactions, ordered: false) { bulk in
            for (id, ending) in ended {
                var filter: [(String, BSONValue)] = [("_id", .identifier(id))]
                filter += Ending.fields.map { ($0, ["$exists": false]) }
                bulk.updateOne(
                    BSONDocument(filter), ["$set": [ending.field: .identifier(ending.entryID)]])
            }
        }
        guard result.matched == Int64(ended.count) else { throw LedgerFault.entryEnded }
    }

    private func countOpenAccounts(_ changes: Changes) throws {
        let counts = changes.openAccounts.filter { $0.value != 0 }
        guard !counts.isEmpty else { return }
        let result = try bulkWrite(Collections.customers, ordered: false) { bulk in
            for (id, difference) in counts {
                bulk.updateOne(
                    ["_id": .identifier(id)],
                    ["$inc": ["openAccounts": .int64(Int64(difference))]])
            }
        }
        guard result.matched == Int64(counts.count) else { throw LedgerFault.customerGone }
    }

    /// Customers who changed, and the end of the sessions that end by it.
    private func updateCustomers(_ batch: LedgerBatch) throws {
        for (id, update) in batch.customerUpdates {
            let result = try updateOne(
                Collections.customers, ["_id": .identifier(id)], update.after.update)
            guard result.matched == 1 else { throw LedgerFault.customerGone }
            if let end = update.end { try self.end(end, sessionsOf: id) }
        }
    }

    /// With the sessions end the log-ins that wait for a code.
    private func end(_ end: SessionsEnd, sessionsOf customer: CustomerID) throws {
        var conditions: [(String, BSONValue)] = [
            ("customer", .identifier(customer)), ("revokedAt", ["$exists": false]),
        ]
        if let session = end.keeping { conditions.append(("_id", ["$ne": .identifier(session)])) }
        try updateMany(
            Collections.sessions, BSONDocument(conditions),
            [
                "$currentDate": ["revokedAt": true],
                "$set": ["reason": .string(end.reason.rawValue)],
            ])
        try deleteMany(Collections.challenges, ["customer": .identifier(customer)])
        if end.reason == .customerClosed {
            try deleteOne(Collections.twoFactors, ["_id": .identifier(customer)])
        }
    }

    private func insertAccounts(_ book: Book) throws {
        let opened = book.changes.opened.compactMap { book.accounts[$0] }
        guard !opened.isEmpty else { return }
        try insertMany(Collections.accounts, opened.map(\.document))
    }

    private func insertCustomers(_ batch: LedgerBatch) throws {
        guard !batch.customers.isEmpty else { return }
        let documents = batch.customers.map { customer in
            customer.document(openAccounts: batch.book.holders[customer.id]?.openAccounts ?? 0)
        }
        try insertMany(Collections.customers, documents)
    }
}

extension Block {
    /// The places of its entries, in their order.
    var places: [BlockPlace] {
        entries.indices.map { BlockPlace(writer: writer, height: height, index: $0) }
    }
}
