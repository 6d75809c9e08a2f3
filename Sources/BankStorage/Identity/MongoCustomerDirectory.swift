import BSON
package import BankCore
package import Ledger
package import Mongo

/// Customers as the last commit left them.
package struct MongoCustomerDirectory: CustomerDirectory {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func customer(_ id: CustomerID) async throws(StoreError) -> Customer? {
        try await first(["_id": .identifier(id)])
    }

    package func customer(emailKey: String) async throws(StoreError) -> Customer? {
        try await first(["emailKey": .string(emailKey)])
    }

    package func customers(
        _ filter: CustomerFilter, _ page: PageRequest<CustomerID>
    ) async throws(StoreError) -> Page<Customer> {
        let query = filter.query(after: page.after)
        let limit = page.limit
        return try await database.read { connection in
            let found = try connection.find(
                Collections.customers, query,
                FindOptions(sort: ["_id": 1], limit: Int64(limit) + 1, timeMax: .seconds(3))
            ).map(Customer.init)
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    private func first(_ filter: BSONDocument) async throws(StoreError) -> Customer? {
        try await database.read { connection in
            try connection.findOne(Collections.customers, filter)
                .map { try Customer(document: $0) }
        }
    }
}

extension CustomerFilter {
    fileprivate func query(after position: CustomerID?) -> BSONDocument {
        BSONDocument { query in
            if !nameWords.isEmpty {
                query.append("$and", .documents(nameWords.map(Self.name(withWord:))))
            }
            query.append("emailKey", ifAny: emailKey)
            query.append("phone", ifAny: phone)
            query.append("nationalId.number", ifAny: nationalID)
            query.append("status", ifAny: status?.rawValue)
            if from != nil || until != nil {
                query.document("createdAt") { time in
                    if let from { time.append("$gte", from) }
                    if let until { time.append("$lt", until) }
                }
            }
            if let position {
                query.document("_id") { $0.append("$gt", position) }
            }
        }
    }

    /// All words that begin so: a range, which an index answers, and no pattern.
    private static func name(withWord beginning: String) -> BSONDocument {
        let end = beginning + "\u{10FFFF}"
        return [
            "nameWords": ["$elemMatch": ["$gte": .string(beginning), "$lt": .string(end)]]
        ]
    }
}
