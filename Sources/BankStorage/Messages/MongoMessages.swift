import BSON
package import BankCore
import Ledger
package import Mongo

/// The queue of messages in MongoDB, by the server's clock.
///
/// A message that is due has `dueAt` behind it. Who claims it moves that ahead by the lease, in
/// one step: so it is in one pair of hands, and due again if they let go.
package struct MongoMessages: MessageQueue {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func claim() async throws(StoreError) -> MessageRecord? {
        try await database.read { connection in
            let claimed = try connection.findOneAndUpdate(
                Collections.messages, Self.due(isOver: false),
                [
                    [
                        "$set": [
                            "attempts": ["$add": ["$attempts", .int64(1)]],
                            "dueAt": .now(plusSeconds: MessageDelivery.leaseSeconds),
                        ]
                    ]
                ], sort: ["dueAt": 1, "_id": 1])
            if let claimed { return try MessageRecord(document: claimed) }
            // Past their use, or given up by whoever had their last attempt.
            try connection.updateMany(
                Collections.messages, Self.due(isOver: true), Self.burial)
            return nil
        }
    }

    package func sent(_ id: MessageID, attempt: Int64) async throws(StoreError) {
        try await update(
            id, attempt, [["$set": ["status": "sent", "sentAt": "$$NOW"]], ["$unset": "failure"]])
    }

    package func failed(
        _ id: MessageID, attempt: Int64, failure: String, againAfterSeconds: Int64?
    ) async throws(StoreError) {
        let failure: BSONValue = ["$literal": .string(failure)]
        if let again = againAfterSeconds {
            try await update(
                id, attempt,
                [["$set": ["failure": failure, "dueAt": .now(plusSeconds: again)]]])
        } else {
            try await update(id, attempt, [["$set": ["failure": failure, "status": "dead"]]])
        }
    }

    package func messages(
        _ filter: MessageFilter, _ page: PageRequest<MessageID>
    ) async throws(StoreError) -> Page<MessageRecord> {
        let query = BSONDocument { query in
            query.append("to", ifAny: filter.to)
            query.append("status", ifAny: filter.status?.rawValue)
            if let position = page.after {
                query.document("_id") { $0.append("$lt", position) }
            }
        }
        let limit = page.limit
        return try await database.read { connection in
            let found = try connection.find(
                Collections.messages, query,
                FindOptions(sort: ["_id": -1], limit: Int64(limit) + 1, timeMax: .seconds(3))
            ).map(MessageRecord.init)
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    /// Only while the attempt is the latest: who lost the lease changes nothing any more.
    private func update(
        _ id: MessageID, _ attempt: Int64, _ update: MongoUpdate
    ) async throws(StoreError) {
        try await database.read { connection in
            _ = try connection.updateOne(
                Collections.messages,
                ["_id": .identifier(id), "status": "queued", "attempts": .int64(attempt)], update)
        }
    }

    private static func due(isOver: Bool) -> BSONDocument {
        let isSpent: BSONValue = [
            "$or": [
                ["$gte": ["$attempts", .int64(MessageDelivery.attemptsMax)]],
                ["$lte": ["$usefulUntil", "$$NOW"]],
            ]
        ]
        let state: BSONValue = isOver ? isSpent : ["$not": [isSpent]]
        return [
            "status": "queued", "dueAt": ["$exists": true],
            "$expr": ["$and": [["$lte": ["$dueAt", "$$NOW"]], state]],
        ]
    }

    private static var burial: MongoUpdate {
        [["$set": ["status": "dead", "failure": ["$ifNull": ["$failure", "expired"]]]]]
    }
}

/// Shape: `{_id, customer, to, kind, sealed, status, attempts, failure?, createdAt, dueAt,
/// usefulUntil, sentAt?, expiresAt}`.
extension MessageRecord {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            message: OutgoingMessage(
                id: try document.identifier("_id"),
                customerID: try document.identifier("customer"), to: try document.string("to"),
                kind: try document.code("kind"), sealed: try document.bytes("sealed"),
                usefulSeconds: 0),
            status: try document.code("status"), attempts: try document.int64("attempts"),
            failure: try document.optionalString("failure"),
            createdAt: try document.time("createdAt"),
            sentAt: try document.optionalTime("sentAt"))
    }
}

extension OutgoingMessage {
    /// Without its times: ``queueing`` sets them.
    var document: BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id)
            writer.append("customer", customerID)
            writer.append("to", to)
            writer.append("kind", kind.rawValue)
            writer.append("sealed", bytes: sealed)
            writer.append("status", MessageRecord.Status.queued.rawValue)
            writer.append("attempts", Int64(0))
        }
    }

    var queueing: MongoUpdate {
        [
            [
                "$set": [
                    "createdAt": "$$NOW", "dueAt": "$$NOW",
                    "usefulUntil": .now(plusSeconds: usefulSeconds),
                    "expiresAt": .now(plusSeconds: MessageDelivery.keptDays * 86_400),
                ]
            ]
        ]
    }
}
