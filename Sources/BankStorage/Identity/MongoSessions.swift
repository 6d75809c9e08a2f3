import BSON
package import BankCore
package import Ledger
package import Mongo
package import ServiceKit

/// Sessions in MongoDB. Whether one is live, and the grace for a lost reply, are told by the
/// server's clock (`$$NOW`), so that all instances agree.
package struct MongoSessions: SessionStore {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    /// The customer is written too, so that what ends all their sessions collides with it.
    package func open(
        _ session: Session, of customer: Customer, refresh: RefreshTokenHash
    ) async throws(StoreError) -> Bool {
        let asRead: BSONDocument = [
            "_id": .identifier(customer.id), "status": .string(CustomerStatus.active.rawValue),
            "role": .string(customer.role.rawValue),
            "passwordHash": .string(customer.passwordHash),
        ]
        do {
            return try await database.transaction { transaction in
                let found = try transaction.updateOne(
                    Collections.customers, asRead, ["$currentDate": ["loggedInAt": true]])
                guard found.matched == 1 else { return false }
                try transaction.insertOne(
                    Collections.sessions, session.document(refresh: refresh))
                return true
            }
        } catch {
            throw StoreError.reported(error)
        }
    }

    package func rotate(
        _ id: SessionID, from: RefreshTokenHash, to: RefreshTokenHash, lifetimeSeconds: Int64
    ) async throws(StoreError) -> RefreshRotation {
        try await database.read { connection in
            // Each step sees the latest state: none of them is a read of the past.
            let exchanged = try connection.findOneAndUpdate(
                Collections.sessions, Self.live(id, ["refresh.hash": .bytes(from.bytes)]),
                Self.exchange(to, lifetimeSeconds))
            if let exchanged { return .rotated(try Session(document: exchanged)) }
            let repeated = try connection.findOneAndUpdate(
                Collections.sessions, Self.withinGrace(id, from, to),
                ["$currentDate": ["lastUsedAt": true]])
            if let repeated { return .rotated(try Session(document: repeated)) }
            let session = try connection.findOne(Collections.sessions, Self.live(id))
            return try session.map { .reused(try Session(document: $0)) } ?? .ended
        }
    }

    package func sessions(of customer: CustomerID) async throws(StoreError) -> [Session] {
        try await database.read { connection in
            let filter: BSONDocument = [
                "customer": .identifier(customer), "revokedAt": ["$exists": false],
                "$expr": Self.isUnexpired,
            ]
            return try connection.find(
                Collections.sessions, filter,
                FindOptions(sort: ["_id": -1], limit: Int64(sessionsMax))
            ).map { try Session(document: $0) }
        }
    }

    package func revoke(
        _ id: SessionID, of customer: CustomerID, reason: RevocationReason
    ) async throws(StoreError) -> Bool {
        try await database.read { connection in
            let ended = try connection.updateOne(
                Collections.sessions, Self.live(id, ["customer": .identifier(customer)]),
                [
                    "$currentDate": ["revokedAt": true],
                    "$set": ["reason": .string(reason.rawValue)],
                ])
            return ended.modified > 0
        }
    }

    // MARK: Filters and updates

    private static let isUnexpired: BSONValue = ["$gt": ["$expiresAt", "$$NOW"]]

    private static func live(
        _ id: SessionID, _ conditions: KeyValuePairs<String, BSONValue> = [:]
    ) -> BSONDocument {
        BSONDocument(
            [
                ("_id", .identifier(id)), ("revokedAt", ["$exists": false]),
                ("$expr", isUnexpired),
            ] + conditions.map { ($0.key, $0.value) })
    }

    private static func exchange(
        _ to: RefreshTokenHash, _ lifetimeSeconds: Int64
    ) -> MongoUpdate {
        MongoUpdate(pipeline: [
            [
                "$set": [
                    "refresh": [
                        "hash": ["$literal": .bytes(to.bytes)], "former": "$refresh.hash",
                        "exchangedAt": "$$NOW",
                    ],
                    "lastUsedAt": "$$NOW",
                    "expiresAt": ["$add": ["$$NOW", .int64(lifetimeSeconds * 1_000)]],
                ]
            ]
        ])
    }

    /// The former token, and the same successor as the first time.
    private static func withinGrace(
        _ id: SessionID, _ from: RefreshTokenHash, _ to: RefreshTokenHash
    ) -> BSONDocument {
        let grace = RefreshTokens.graceSeconds * 1_000
        return [
            "_id": .identifier(id), "revokedAt": ["$exists": false],
            "refresh.former": .bytes(from.bytes), "refresh.hash": .bytes(to.bytes),
            "$expr": [
                "$and": [
                    isUnexpired,
                    ["$gte": [["$add": ["$refresh.exchangedAt", .int64(grace)]], "$$NOW"]],
                ]
            ],
        ]
    }
}
