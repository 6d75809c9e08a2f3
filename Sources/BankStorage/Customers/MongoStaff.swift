import BSON
package import BankCore
package import Mongo

/// Puts those who work for the bank beside its customers. They have no account by that, so this
/// is the one way to a person that does not go through the posting engine.
package struct MongoStaff: Sendable {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    /// - Returns: false if somebody has the e-mail already.
    package func insert(_ person: Customer) async throws(StoreError) -> Bool {
        try await database.read { connection in
            do throws(MongoError) {
                try connection.insertOne(Collections.customers, person.document(openAccounts: 0))
                return true
            } catch {
                guard case .duplicateKey = error.kind else { throw error }
                return false
            }
        }
    }
}
