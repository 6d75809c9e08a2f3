import BSON
package import BankCore
package import Ledger
package import Mongo
import ServiceKit

/// Wrong guesses in the collection `limits`: one document a counter, with the attempts of the
/// window in it, so that the window slides and the count is exact.
///
/// Shape: `{_id, attempts: [{id, at}], now, expiresAt}`. Counted in one step (findAndModify with
/// a pipeline) by the server's clock; a stored counter survives every process.
package struct MongoGuessLimits: GuessLimits {
    private let database: MongoDatabase
    private let ids: IdentifierGenerator

    package init(_ database: MongoDatabase, ids: IdentifierGenerator) {
        self.database = database
        self.ids = ids
    }

    package func begin(
        _ counters: [GuessCounter]
    ) async throws(StoreError) -> GuessAdmission {
        let id = ids.next(Identifier<RequestKind>.self).description
        return try await database.read { connection in
            for (index, counter) in counters.enumerated() {
                if let seconds = try Self.count(id, in: counter.name, counter.limit, connection) {
                    for former in counters.prefix(index) {
                        try Self.takeBack(id, from: former.name, connection)
                    }
                    return .refused(retryAfterSeconds: seconds)
                }
            }
            return .admitted(GuessAttempt(id: id, counters: counters))
        }
    }

    package func succeed(_ attempt: GuessAttempt) async throws(StoreError) {
        try await database.read { connection in
            for counter in attempt.counters {
                if counter.isForgiving {
                    try connection.deleteOne(
                        Collections.limits, ["_id": .string(counter.name)])
                } else {
                    try Self.takeBack(attempt.id, from: counter.name, connection)
                }
            }
        }
    }

    private static func takeBack(
        _ id: String, from counter: String, _ connection: borrowing MongoConnection
    ) throws {
        try connection.updateOne(
            Collections.limits, ["_id": .string(counter)],
            ["$pull": ["attempts": ["id": .string(id)]]])
    }

    /// Nil if the attempt was counted, else after how many seconds another may be made.
    private static func count(
        _ id: String, in counter: String, _ limit: RateLimit,
        _ connection: borrowing MongoConnection
    ) throws -> Int? {
        let update = Self.adding(id, limit)
        guard let document = try Self.update(counter, update, connection) else {
            throw StoreError.unavailable
        }
        let attempts = try document.documents("attempts")
        if try attempts.contains(where: { try $0.string("id") == id }) { return nil }
        let oldest = try attempts.map { try $0.date("at") }.min() ?? 0
        let wait = oldest + Int64(limit.windowSeconds) * 1_000 - (try document.date("now"))
        return max(1, Int((wait + 999) / 1_000))
    }

    private static func update(
        _ counter: String, _ update: MongoUpdate, _ connection: borrowing MongoConnection
    ) throws(MongoError) -> BSONDocument? {
        let filter: BSONDocument = ["_id": .string(counter)]
        do throws(MongoError) {
            return try connection.findOneAndUpdate(
                Collections.limits, filter, update, upsert: true)
        } catch {
            // Two made the counter at once: now it is there.
            guard error.isDuplicate else { throw error }
        }
        return try connection.findOneAndUpdate(Collections.limits, filter, update)
    }

    /// Forgets what is out of the window, and adds the attempt if there is room for it.
    private static func adding(_ id: String, _ limit: RateLimit) -> MongoUpdate {
        let window = Int64(limit.windowSeconds) * 1_000
        let recent: BSONValue = [
            "$filter": [
                "input": ["$ifNull": ["$attempts", []]],
                "cond": ["$gt": ["$$this.at", ["$subtract": ["$$NOW", .int64(window)]]]],
            ]
        ]
        let new: BSONValue = [["id": ["$literal": .string(id)], "at": "$$NOW"]]
        let counted: BSONValue = [
            "$cond": [
                ["$lt": [["$size": "$attempts"], .int64(Int64(limit.count))]],
                ["$concatArrays": ["$attempts", new]], "$attempts",
            ]
        ]
        return [
            ["$set": ["attempts": recent]],
            [
                "$set": [
                    "attempts": counted, "now": "$$NOW",
                    "expiresAt": ["$add": ["$$NOW", .int64(window)]],
                ]
            ],
        ]
    }
}

extension MongoError {
    fileprivate var isDuplicate: Bool {
        if case .duplicateKey = kind { true } else { false }
    }
}
