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

    private func first(_ filter: BSONDocument) async throws(StoreError) -> Customer? {
        try await database.read { connection in
            try connection.findOne(Collections.customers, filter)
                .map { try Customer(document: $0) }
        }
    }
}
