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

    static let challenges: [MongoIndex] = [
        // They end with a customer's sessions.
        MongoIndex("customer", keys: ["customer": 1]),
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .seconds(0)),
    ]

    static let messages: [MongoIndex] = [
        // What is to be sent, the oldest first.
        MongoIndex(
            "due", keys: ["dueAt": 1, "_id": 1], partialFilter: ["status": "queued"]),
        MongoIndex("status", keys: ["status": 1, "_id": -1]),
        MongoIndex("to", keys: ["to": 1, "_id": -1]),
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .seconds(0)),
    ]
}
