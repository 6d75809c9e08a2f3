import BSON
package import Mongo
package import Realtime

/// Where each instance keeps the place of its feed: `{_id: instance, token, savedAt}`.
package struct MongoFeedTokens: FeedTokenStore {
    private let database: MongoDatabase
    private let instance: String

    /// - Parameter instance: names this instance of the service, also after a restart.
    package init(_ database: MongoDatabase, instance: String) {
        self.database = database
        self.instance = instance
    }

    package func load() async throws(RealtimeStoreError) -> StoredFeedToken? {
        let pipeline: [BSONDocument] = [
            ["$match": ["_id": .string(instance)]],
            [
                "$project": [
                    "token": 1, "age": ["$toLong": ["$subtract": ["$$NOW", "$savedAt"]]],
                ]
            ],
        ]
        return try await database.ask { connection in
            guard
                let found = try connection.aggregate(
                    RealtimeSchema.feedTokensCollection, pipeline
                ).first
            else { return nil }
            return StoredFeedToken(
                token: FeedToken(bytes: try found.bytes("token")), age: try found.int64("age"))
        }
    }

    package func save(_ token: FeedToken) async throws(RealtimeStoreError) {
        let instance = instance
        try await database.ask { connection in
            try connection.updateOne(
                RealtimeSchema.feedTokensCollection, ["_id": .string(instance)],
                [
                    "$set": ["token": .bytes(token.bytes)],
                    "$currentDate": ["savedAt": true],
                ], upsert: true)
        }
    }
}
