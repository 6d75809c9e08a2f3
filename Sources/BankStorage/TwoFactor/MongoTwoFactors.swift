import BSON
package import BankCore
package import Ledger
package import Mongo

/// Second factors in MongoDB. Shape: `{_id: customer, method, secret?, pending?, lastStep?,
/// recovery?: [hash]}`; secrets sealed, codes hashed.
package struct MongoTwoFactors: TwoFactorStore {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func twoFactor(
        of customer: CustomerID
    ) async throws(StoreError) -> TwoFactor {
        try await database.read { connection in
            try connection.findOne(Collections.twoFactors, Self.id(customer)).map { found in
                TwoFactor(
                    method: try found.code("method"), secret: try found.optionalBytes("secret"),
                    pending: try found.optionalBytes("pending"))
            } ?? .off
        }
    }

    package func set(
        _ method: TwoFactorMethod, of customer: CustomerID
    ) async throws(StoreError) {
        try await update(
            customer,
            [
                "$set": ["method": .string(method.rawValue)],
                "$unset": ["secret": "", "pending": "", "lastStep": "", "recovery": ""],
            ])
    }

    package func propose(
        _ secret: [UInt8], of customer: CustomerID
    ) async throws(StoreError) {
        try await update(
            customer,
            [
                "$set": ["pending": .bytes(secret)],
                "$setOnInsert": ["method": .string(TwoFactorMethod.none.rawValue)],
            ])
    }

    package func confirm(
        _ secret: [UInt8], step: Int64, recovery: [[UInt8]], of customer: CustomerID
    ) async throws(StoreError) -> Bool {
        try await change(
            ["_id": .identifier(customer), "pending": .bytes(secret)],
            [
                "$set": [
                    "method": .string(TwoFactorMethod.totp.rawValue), "secret": .bytes(secret),
                    "lastStep": .int64(step), "recovery": .array(recovery.map { .bytes($0) }),
                ],
                "$unset": ["pending": ""],
            ])
    }

    package func use(
        step: Int64, of customer: CustomerID
    ) async throws(StoreError) -> Bool {
        try await change(
            ["_id": .identifier(customer), "lastStep": ["$lt": .int64(step)]],
            ["$set": ["lastStep": .int64(step)]])
    }

    package func use(
        recoveryHash: [UInt8], of customer: CustomerID
    ) async throws(StoreError) -> Bool {
        try await change(
            ["_id": .identifier(customer), "recovery": .bytes(recoveryHash)],
            ["$pull": ["recovery": .bytes(recoveryHash)]])
    }

    private func update(
        _ customer: CustomerID, _ update: MongoUpdate
    ) async throws(StoreError) {
        try await database.read { connection in
            do throws(MongoError) {
                try connection.updateOne(
                    Collections.twoFactors, Self.id(customer), update, upsert: true)
            } catch {
                // Two made it at once: now it is there.
                guard case .duplicateKey = error.kind else { throw error }
                try connection.updateOne(Collections.twoFactors, Self.id(customer), update)
            }
        }
    }

    private func change(
        _ filter: BSONDocument, _ update: MongoUpdate
    ) async throws(StoreError) -> Bool {
        try await database.read { connection in
            try connection.updateOne(Collections.twoFactors, filter, update).matched > 0
        }
    }

    private static func id(_ customer: CustomerID) -> BSONDocument {
        ["_id": .identifier(customer)]
    }
}
