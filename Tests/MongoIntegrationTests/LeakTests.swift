import BSON
import Mongo
import Testing

extension `With a replica set` {
    @Suite struct `Nothing is left behind` {
        private struct Refused: Error {}

        private func sessions(_ database: MongoDatabase) async throws -> Int64 {
            try await database.serverStatus("logicalSessionRecordCache", "activeSessionsCount")
        }

        @Test func `by a thousand units of work that fail in many ways`() async throws {
            try await MongoTestDatabase.with({ $0.poolSize = 4 }) { database in
                try await database.run { connection in
                    try connection.insertMany("things", (0..<50).map { ["_id": .int64($0)] })
                }
                try await failAll(database, 0..<40)
                let before = try await sessions(database)
                try await failAll(database, 0..<1_000)
                #expect(try await database.leftOpen().isEmpty)
                // Sessions are used again: 600 of these units began one. Others' are counted too.
                #expect(try await sessions(database) < before + 200)
            }
        }

        private func failAll(_ database: MongoDatabase, _ numbers: Range<Int>) async throws {
            try await withThrowingTaskGroup { group in
                for number in numbers {
                    group.addTask {
                        await #expect(throws: (any Error).self) {
                            try await fail(database, number)
                        }
                    }
                    if number % 20 == 19 { try await group.waitForAll() }
                }
            }
        }

        private func fail(_ database: MongoDatabase, _ number: Int) async throws {
            switch number % 5 {
            case 0:
                try await database.transaction { transaction in
                    let id = Int64(number % 50)
                    try transaction.updateOne("things", ["_id": .int64(id)], ["$inc": ["n": 1]])
                    throw Refused()
                }
            case 1:
                try await database.transaction { transaction in
                    try transaction.insertOne("things", ["_id": 1])
                }
            case 2:
                try await database.run { connection in
                    try connection.forEach("things", [:], FindOptions(batchSize: 2)) { _ in
                        throw Refused()
                    }
                }
            case 3:
                try await database.transaction { transaction in
                    try transaction.forEach("things", [:], FindOptions(batchSize: 2)) { _ in
                        throw Refused()
                    }
                }
            default:
                try await database.run { connection in
                    _ = try connection.find("things", ["$no": 1])
                }
            }
        }

        @Test func `by change feeds that are abandoned`() async throws {
            try await MongoTestDatabase.with { database in
                for _ in 0..<5 {
                    await #expect(throws: Refused.self) {
                        try await database.withChangeFeed(ChangeFeedOptions()) { feed in
                            _ = try await feed.next()
                            throw Refused()
                        }
                    }
                }
                let left = try await database.leftOpen()
                #expect(left.isEmpty)
            }
        }

        @Test func `and what is left open would be seen`() async throws {
            try await MongoTestDatabase.with { database in
                let things: [BSONDocument] = (0..<50).map { ["_id": .int64($0)] }
                try await database.run { try $0.insertMany("things", things) }
                let request: BSONDocument = ["find": "things", "batchSize": 2]
                _ = try await database.run { try $0.command(request) }
                #expect(try await database.leftOpen().count == 1)
            }
        }
    }
}
