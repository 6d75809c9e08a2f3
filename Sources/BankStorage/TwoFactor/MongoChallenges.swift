import BSON
package import BankCore
import Ledger
package import Mongo

/// Challenges in MongoDB, by the server's clock.
package struct MongoChallenges: ChallengeStore {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    /// The times are the server's, and only pipelines know them: so the documents are inserted
    /// as good for nothing yet, and the same transaction sets their times.
    package func open(
        _ challenge: Challenge, message: OutgoingMessage?
    ) async throws(StoreError) {
        do {
            try await database.transaction { transaction in
                try transaction.insertOne(Collections.challenges, challenge.document)
                try transaction.updateOne(
                    Collections.challenges, ["_id": .identifier(challenge.id)],
                    [["$set": ["expiresAt": .now(plusSeconds: Challenge.lifetimeSeconds)]]])
                guard let message else { return }
                try transaction.insertOne(Collections.messages, message.document)
                try transaction.updateOne(
                    Collections.messages, ["_id": .identifier(message.id)], message.queueing)
            }
        } catch {
            throw StoreError.reported(error)
        }
    }

    package func countTry(_ id: ChallengeID) async throws(StoreError) -> Challenge? {
        try await database.read { connection in
            try connection.findOneAndUpdate(
                Collections.challenges,
                Self.open(id, [("tries", ["$lt": .int64(Challenge.triesMax)])]),
                ["$inc": ["tries": .int64(1)]]
            ).map { try Challenge(document: $0) }
        }
    }

    package func complete(_ id: ChallengeID) async throws(StoreError) -> Bool {
        try await database.read { connection in
            try connection.deleteOne(Collections.challenges, Self.open(id)) > 0
        }
    }

    private static func open(
        _ id: ChallengeID, _ conditions: [(String, BSONValue)] = []
    ) -> BSONDocument {
        BSONDocument(
            [("_id", .identifier(id)), ("$expr", ["$gt": ["$expiresAt", "$$NOW"]])] + conditions)
    }
}

extension BSONValue {
    /// The server's time and so much more, in a pipeline.
    static func now(plusSeconds seconds: Int64) -> BSONValue {
        ["$add": ["$$NOW", .int64(seconds * 1_000)]]
    }
}

/// Shape: `{_id, customer, method, code?, attempt?: {id, counters: [{name, forgiving}]}, device?,
/// tries, expiresAt}`.
extension Challenge {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), customerID: try document.identifier("customer"),
            method: try document.code("method"), codeHash: try document.optionalBytes("code"),
            attempt: try document.optionalDocument("attempt").map { attempt throws(BSONError) in
                try GuessAttempt(document: attempt)
            },
            device: try document.optionalString("device"))
    }

    var document: BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id)
            writer.append("customer", customerID)
            writer.append("method", method.rawValue)
            if let codeHash { writer.append("code", bytes: codeHash) }
            if let attempt { writer.append("attempt", attempt.document) }
            writer.append("device", ifAny: device)
            writer.append("tries", Int64(0))
        }
    }
}

extension GuessAttempt {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        let counters = try document.documents("counters")
        var marks: [Mark] = []
        for counter in counters {
            marks.append(
                Mark(
                    name: try counter.string("name"), isForgiving: try counter.bool("forgiving")))
        }
        self.init(id: try document.string("id"), counters: marks)
    }

    fileprivate var document: BSONDocument {
        [
            "id": .string(id),
            "counters": .documents(
                counters.map { mark -> BSONDocument in
                    ["name": .string(mark.name), "forgiving": .bool(mark.isForgiving)]
                }),
        ]
    }
}
