import BSON
package import BankCore
package import Ledger
package import Mongo

/// Reads the journal as the last majority commit left it.
package struct MongoTransactions: TransactionReader {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func transaction(
        _ id: TransactionID
    ) async throws(StoreError) -> Transaction? {
        try await database.read { connection in
            try connection.findOne(Collections.transactions, ["_id": .identifier(id)])
                .map { try JournalDocument($0).transaction }
        }
    }

    package func transactions(
        _ filter: TransactionFilter, _ page: PageRequest<TransactionID>
    ) async throws(StoreError) -> Page<Transaction> {
        let query = filter.query(after: page.after)
        let limit = page.limit
        return try await database.read { connection in
            let found = try connection.find(
                Collections.transactions, query,
                FindOptions(sort: ["_id": -1], limit: Int64(limit) + 1)
            ).map { try JournalDocument($0).transaction }
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    /// Entries of an account in order of their seq, from after `seq`, at most `limit`: what a
    /// reader that has everything up to `seq` has missed.
    package func entries(
        of account: AccountID, after seq: Int64, limit: Int
    ) async throws(StoreError) -> [Transaction] {
        let last = seq.addingReportingOverflow(Int64(limit)).partialValue
        let query: BSONDocument = [
            "status": "posted",
            "postings": [
                "$elemMatch": [
                    "account": .identifier(account),
                    "seq": ["$gt": .int64(seq), "$lte": .int64(last)],
                ]
            ],
        ]
        return try await database.read { connection in
            try connection.find(Collections.transactions, query)
                .map { try JournalDocument($0).transaction }
                .sorted { ($0.seq(of: account) ?? 0) < ($1.seq(of: account) ?? 0) }
        }
    }
}

extension Transaction {
    fileprivate func seq(of account: AccountID) -> Int64? {
        postings.first { $0.accountID == account }?.seq
    }
}
