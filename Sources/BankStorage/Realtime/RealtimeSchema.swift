import BSON
package import Mongo

/// The push service's own collections: interactions and the sets of sockets that they name,
/// tickets, and the places of its feeds.
package enum RealtimeSchema {
    static let interactionsCollection = "interactions"
    static let socketSetsCollection = "socketSets"
    static let ticketsCollection = "tickets"
    static let feedTokensCollection = "feedTokens"

    static let interactions = [
        MongoIndex("request", keys: ["request": 1, "_id": -1]),
        MongoIndex("customer", keys: ["customer": 1, "_id": -1]),
        MongoIndex("connection", keys: ["connection": 1, "_id": -1]),
        MongoIndex(
            "transaction", keys: ["transaction": 1, "_id": -1],
            partialFilter: ["transaction": ["$exists": true]]),
        MongoIndex(
            "error", keys: ["outcome": 1, "_id": -1], partialFilter: ["outcome": "error"]),
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .zero),
    ]

    /// How far each account was shown to a customer, and when first.
    static let shown = MongoIndex(
        "shown", keys: ["customer": 1, "account": 1, "seq": -1, "_id": 1],
        partialFilter: ["kind": "push.acknowledged"])

    static let tickets = [MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .zero)]

    /// Makes them where they are missing; does no harm where they are there.
    package static func prepare(_ connection: borrowing MongoConnection) throws {
        try connection.ensureCollection(interactionsCollection)
        try connection.ensureCollection(ticketsCollection)
        try connection.ensureCollection(feedTokensCollection)
        try connection.createIndexes(interactionsCollection, interactions)
        try connection.createIndexes(ticketsCollection, tickets)
    }

    static func prepareShown(_ connection: borrowing MongoConnection) throws {
        try connection.createIndexes(interactionsCollection, [shown])
    }

    static func prepareSocketSets(_ connection: borrowing MongoConnection) throws {
        try connection.ensureCollection(socketSetsCollection)
        try connection.createIndexes(
            socketSetsCollection,
            [MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .zero)])
    }
}
