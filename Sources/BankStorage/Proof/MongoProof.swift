import BSON
package import BankCore
package import Ledger
package import Mongo

/// The sums and the chains as the last majority commit left them.
package struct MongoProof: LedgerProof {
    private let database: MongoDatabase
    /// The sums look at every account; the server gives up after this.
    private static let timeMax: Duration = .seconds(4)

    package init(_ database: MongoDatabase) { self.database = database }

    package func trialBalance() async throws(StoreError) -> [TrialBalanceLine] {
        try await database.read { connection in
            let snapshot = try SnapshotReader(connection)
            return try snapshot.aggregate(
                connection, Collections.accounts, Self.sums, timeMax: Self.timeMax
            ).map(TrialBalanceLine.init)
        }
    }

    package func heads() async throws(StoreError) -> [ChainHead] {
        try await database.read { try $0.chainTips() }
    }

    package func block(of entry: TransactionID) async throws(StoreError) -> ChainHead? {
        try await database.read { connection in
            guard
                let found = try connection.findOne(
                    Collections.transactions, ["_id": .identifier(entry)],
                    FindOptions(projection: ["block": 1]))
            else { return nil }
            let place = try found.document("block")
            return try connection.findOne(
                Collections.blocks,
                [
                    "writer": .string(try place.string("writer")),
                    "height": .int64(try place.int64("height")),
                ], FindOptions(projection: ["writer": 1, "height": 1, "hash": 1])
            ).map(ChainHead.init)
        }
    }

    package func blocks(
        _ page: PageRequest<BlockID>
    ) async throws(StoreError) -> Page<StoredBlock> {
        let filter: BSONDocument = page.after.map { ["_id": ["$lt": .identifier($0)]] } ?? [:]
        let options = FindOptions(
            projection: ["ids": 0, "hashes": 0, "heads": 0], sort: ["_id": -1],
            limit: Int64(page.limit) + 1)
        return try await database.read { connection in
            let found = try connection.find(Collections.blocks, filter, options)
                .map(StoredBlock.init)
            return Page(
                items: Array(found.prefix(page.limit)), hasMore: found.count > page.limit)
        }
    }

    /// Decimals, for a sum of Int64s that passes their range would become a rounded double.
    private static let sums: [BSONDocument] = [
        ["$match": ["$or": [["customer": ["$exists": true]], ["seq": ["$gt": 0]]]]],
        ["$set": ["posted": ["$toDecimal": "$posted"]]],
        [
            "$group": [
                "_id": "$currency",
                "debits": ["$sum": ["$max": [0, ["$subtract": [0, "$posted"]]]]],
                "credits": ["$sum": ["$max": [0, "$posted"]]],
                "accounts": ["$sum": 1],
            ]
        ],
        [
            "$project": [
                "debits": ["$toString": "$debits"], "credits": ["$toString": "$credits"],
                "accounts": ["$toLong": "$accounts"],
            ]
        ],
        ["$sort": ["_id": 1]],
    ]
}

extension TrialBalanceLine {
    fileprivate init(_ document: BSONDocument) throws(BSONError) {
        self.init(
            currency: try document.currency("_id"),
            debits: try document.sum("debits"), credits: try document.sum("credits"),
            accounts: try document.int64("accounts"))
    }
}

extension BSONDocument {
    fileprivate func sum(_ field: String) throws(BSONError) -> Int128 {
        try value(field, Int128(try string(field)))
    }
}

extension StoredBlock {
    fileprivate init(_ document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), head: try ChainHead(document: document),
            previous: try document.optionalHash("previous"),
            entryCount: try document.int64("count"),
            committedAt: try document.time("committedAt"))
    }
}
