import BSON
package import Mongo
package import ServiceKit

/// The sessions ended before their time, for the processes that poll them. Both services.
package struct MongoRevocations: RevocationSource {
    private let database: MongoDatabase

    /// More than this in one poll, and the poll fails: then nobody is let in.
    private static let sessionsMax: Int64 = 200_000

    package init(_ database: MongoDatabase) { self.database = database }

    package func revokedSessions(
        inLastSeconds seconds: Int
    ) async throws -> [RevokedSession] {
        let window: BSONValue = ["$subtract": ["$$NOW", .int64(Int64(seconds) * 1_000)]]
        return try await database.run { connection in
            let documents = try connection.find(
                Collections.sessions,
                [
                    "revokedAt": ["$exists": true],
                    "$expr": ["$gt": ["$revokedAt", window]],
                ],
                FindOptions(
                    projection: ["customer": 1, "reason": 1], limit: Self.sessionsMax,
                    hint: Schema.revokedSessionsIndex, timeMax: .seconds(2)))
            guard documents.count < Self.sessionsMax else { throw TooManyRevocations() }
            return try documents.map { document in
                RevokedSession(
                    sessionID: try document.identifier("_id"),
                    customerID: try document.identifier("customer"),
                    reason: try document.code("reason"))
            }
        }
    }

    private struct TooManyRevocations: Error {}
}
