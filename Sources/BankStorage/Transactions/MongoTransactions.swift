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
        try await database.read { connection in
            let search = TransactionSearch(filter, page)
            let border = try search.border(connection)
            let found = try connection.find(
                Collections.transactions, search.query(through: border),
                FindOptions(
                    sort: ["_id": -1], limit: Int64(page.limit) + 1, hint: search.hint,
                    timeMax: TransactionSearch.timeMax)
            ).map { try JournalDocument($0).transaction }
            let items = Array(found.prefix(page.limit))
            if found.count > page.limit { return Page(items: items, hasMore: true) }
            return Page(
                items: items, hasMore: border != nil, searchedTo: border.map(SearchPosition.init))
        }
    }
}

extension MongoTransactions: AccountHistory {
    package func entries(
        of account: AccountID, _ seqs: ClosedRange<Int64>
    ) async throws(StoreError) -> [Transaction] {
        try await database.read { connection in
            try connection.find(
                Collections.transactions, account.entries(seqs),
                FindOptions(hint: Schema.seqIndex)
            ).map { try JournalDocument($0).transaction }
                .sorted { $0.seq(of: account, in: seqs) < $1.seq(of: account, in: seqs) }
        }
    }

    package func seq(
        of account: AccountID, before time: Timestamp, last: Int64
    ) async throws(StoreError) -> Int64 {
        let options = FindOptions(projection: ["committedAt": 1], hint: Schema.seqIndex)
        return try await database.read { connection in
            try SeqSearch.last(through: last) { seq in
                let entry = try connection.findOne(
                    Collections.transactions, account.entries(seq...seq), options)
                return try entry.map { try $0.time("committedAt") < time } == true
            }
        }
    }
}

extension AccountID {
    /// The entries of the account's history with these seqs.
    fileprivate func entries(_ seqs: ClosedRange<Int64>) -> BSONDocument {
        [
            "status": "posted",
            "postings": [
                "$elemMatch": [
                    "account": .identifier(self),
                    "seq": ["$gte": .int64(seqs.lowerBound), "$lte": .int64(seqs.upperBound)],
                ]
            ],
        ]
    }
}

extension Transaction {
    fileprivate func seq(of account: AccountID, in seqs: ClosedRange<Int64>) -> Int64 {
        postings.first { $0.accountID == account && seqs.contains($0.seq) }?.seq ?? 0
    }
}
