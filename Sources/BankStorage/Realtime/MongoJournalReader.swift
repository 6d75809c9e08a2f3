import BSON
package import Ledger
package import Mongo
package import Realtime

/// The journal's reader on MongoDB: what the majority has, from the primary.
package struct MongoJournalReader: JournalReader {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func positions(
        of customers: [CustomerID], limit: Int
    ) async throws(RealtimeStoreError) -> [AccountPosition] {
        try await positions(
            ["customer": .anyOf(customers), "status": ["$ne": "closed"]], limit: limit)
    }

    package func positions(
        _ accounts: [AccountID]
    ) async throws(RealtimeStoreError) -> [AccountPosition] {
        try await positions(["_id": .anyOf(accounts)], limit: accounts.count)
    }

    private func positions(
        _ filter: BSONDocument, limit: Int
    ) async throws(RealtimeStoreError) -> [AccountPosition] {
        try await database.ask { connection in
            try connection.find(
                Collections.accounts, filter,
                FindOptions(sort: ["_id": 1], limit: Int64(max(limit, 1)))
            ).map { AccountPosition(try Account(document: $0)) }
        }
    }

    package func entries(
        _ range: JournalRange
    ) async throws(RealtimeStoreError) -> [Transaction] {
        let last = min(
            range.after.addingReportingOverflow(Int64(range.limit)).partialValue, range.through)
        let query: BSONDocument = [
            "status": "posted",
            "postings": [
                "$elemMatch": [
                    "account": .identifier(range.accountID),
                    "seq": ["$gt": .int64(range.after), "$lte": .int64(last)],
                ]
            ],
        ]
        let account = range.accountID
        return try await database.ask { connection in
            try connection.find(Collections.transactions, query)
                .map { try JournalDocument($0).transaction }
                .sorted { $0.place(in: account) < $1.place(in: account) }
        }
    }

    package func transactions(
        requestID: String, limit: Int
    ) async throws(RealtimeStoreError) -> [Transaction] {
        try await database.ask { connection in
            try connection.find(
                Collections.transactions, ["request": .string(requestID)],
                FindOptions(sort: ["_id": 1], limit: Int64(limit))
            ).map { try JournalDocument($0).transaction }
        }
    }
}

extension AccountPosition {
    fileprivate init(_ account: Account) {
        self.init(
            accountID: account.id, customerID: account.customerID, seq: account.seq,
            balance: Balance(
                posted: account.posted, held: account.held, available: account.available,
                currency: account.currency),
            isClosed: account.status == .closed)
    }
}

extension Transaction {
    fileprivate func place(in account: AccountID) -> Int64 {
        postings.first { $0.accountID == account }?.seq ?? 0
    }
}
