import BSON
package import BankCore
package import Ledger
package import Mongo

/// Reads holds as the last majority commit left them.
package struct MongoHolds: HoldReader {
    /// The server gives a search up after this, and the caller is told to try again later.
    private static let timeMax: Duration = .seconds(3)
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func hold(_ id: HoldID) async throws(StoreError) -> Hold? {
        try await database.read { connection in
            try connection.findOne(Collections.holds, ["_id": .identifier(id)]).map(Hold.init)
        }
    }

    package func holds(
        _ filter: HoldFilter, _ page: PageRequest<HoldID>
    ) async throws(StoreError) -> Page<Hold> {
        try await database.read { connection in
            let found = try connection.find(
                Collections.holds, filter.query(before: page.after),
                FindOptions(
                    sort: ["_id": -1], limit: Int64(page.limit) + 1, timeMax: Self.timeMax)
            ).map(Hold.init)
            return Page(
                items: Array(found.prefix(page.limit)), hasMore: found.count > page.limit)
        }
    }

    package func due(
        at time: Timestamp, after: Hold?, limit: Int
    ) async throws(StoreError) -> [Hold] {
        var conditions: [(String, BSONValue)] = [
            ("status", "pending"), ("expiresAt", ["$lte": .time(time)]),
        ]
        if let after {
            let isBehind: [BSONDocument] = [
                ["expiresAt": ["$gt": .time(after.expiresAt)]],
                ["expiresAt": .time(after.expiresAt), "_id": ["$gt": .identifier(after.id)]],
            ]
            conditions.append(("$or", .documents(isBehind)))
        }
        let filter = BSONDocument(conditions)
        return try await database.read { connection in
            try connection.find(
                Collections.holds, filter,
                FindOptions(
                    sort: ["expiresAt": 1, "_id": 1], limit: Int64(limit), hint: "due",
                    timeMax: Self.timeMax)
            ).map(Hold.init)
        }
    }
}

extension HoldFilter {
    /// The same conditions as ``HoldFilter/matches(_:)``, for the server.
    fileprivate func query(before id: HoldID?) -> BSONDocument {
        BSONDocument { query in
            let parties = [accountID?.description, viewer?.description].compactMap { $0 }
            switch parties.count {
            case 0: break
            case 1: query.append("parties", ifAny: parties.first)
            default: query.document("parties") { $0.append("$all", .strings(parties)) }
            }
            query.append("status", ifAny: status?.rawValue)
            if let id { query.document("_id") { $0.append("$lt", id) } }
        }
    }
}
