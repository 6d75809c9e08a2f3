import BSON
import Ledger
package import Mongo
package import Realtime

/// Tickets of all instances: `{_id: digest, customer, session, role, tokenExpiresAt, expiresAt}`.
///
/// Used up by deleting, so that of two who come with the same ticket one gets it. Time is the
/// server's, for those who issue and use a ticket may be different machines.
package struct MongoTickets: TicketStore {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func issue(
        digest: [UInt8], for principal: Principal, lifetimeSeconds: Int64
    ) async throws(RealtimeStoreError) {
        let lifetime = BSONValue.int64(lifetimeSeconds &* 1_000)
        let fields: BSONDocument = [
            "customer": .identifier(principal.customerID),
            "session": .identifier(principal.sessionID),
            "role": .string(principal.role.rawValue),
            "tokenExpiresAt": .time(principal.expiresAt),
            "expiresAt": ["$add": ["$$NOW", lifetime]],
        ]
        try await database.ask { connection in
            try connection.updateOne(
                RealtimeSchema.ticketsCollection, ["_id": .bytes(digest)],
                MongoUpdate(pipeline: [["$set": .document(fields)]]), upsert: true)
        }
    }

    package func consume(digest: [UInt8]) async throws(RealtimeStoreError) -> Principal? {
        let filter: BSONDocument = [
            "_id": .bytes(digest), "$expr": ["$gt": ["$expiresAt", "$$NOW"]],
        ]
        return try await database.ask { connection in
            guard
                let found = try connection.findOneAndDelete(
                    RealtimeSchema.ticketsCollection, filter)
            else { return nil }
            return Principal(
                customerID: try found.identifier("customer"),
                sessionID: try found.identifier("session"), role: try found.code("role"),
                expiresAt: try found.time("tokenExpiresAt"))
        }
    }
}
