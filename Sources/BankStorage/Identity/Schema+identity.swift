import BSON
import Mongo

extension Schema {
    static let revokedSessionsIndex = "revoked"

    static let sessions: [MongoIndex] = [
        // A customer's sessions, newest first.
        MongoIndex("customer", keys: ["customer": 1, "_id": -1]),
        // What every process polls.
        MongoIndex(
            revokedSessionsIndex, keys: ["revokedAt": 1],
            partialFilter: ["revokedAt": ["$exists": true]]),
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .seconds(0)),
    ]

    static let limits: [MongoIndex] = [
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .seconds(0))
    ]
}
