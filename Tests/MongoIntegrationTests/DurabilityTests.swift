import BSON
import Foundation
import Logging
import Mongo
import Testing

extension `With a replica set` {
    @Suite struct `Durability` {
        /// The commands the server was sent, by its profiler.
        private func sent(
            _ database: MongoDatabase, _ work: () async throws -> Void
        ) async throws -> [BSONDocument] {
            try await database.run { try $0.command(["profile": 2]) }
            try await work()
            return try await database.run { connection in
                try connection.command(["profile": 0])
                return try connection.find("system.profile", ["ns": ["$regex": "things$"]])
                    .compactMap { try $0.optionalDocument("command") }
            }
        }

        @Test func `is asked for by every write that stands alone`() async throws {
            try await MongoTestDatabase.with { database in
                let commands = try await sent(database) {
                    try await database.run { connection in
                        try connection.insertOne("things", ["_id": 1])
                        try connection.bulkWrite("things") { bulk in
                            bulk.insert(["_id": 2])
                            bulk.insert(["_id": 3])
                        }
                        _ = try connection.findOneAndUpdate(
                            "things", ["_id": 2], ["$set": ["n": 1]])
                    }
                }
                #expect(commands.count == 3)
                for command in commands {
                    let concern = try command.document("writeConcern")
                    #expect(try concern.string("w") == "majority")
                    #expect(try concern.bool("j"))
                }
            }
        }

        @Test func `is not hurt by reads of what may be rolled back`() async throws {
            try await MongoTestDatabase.with { database in
                let alone = try await sent(database) {
                    _ = try await database.run { try $0.find("things") }
                }
                #expect(try alone.first?.document("readConcern").string("level") == "majority")
                let together = try await sent(database) {
                    _ = try await database.transaction { try $0.find("things", ["n": 1]) }
                }
                #expect(try together.last?.document("readConcern").string("level") == "snapshot")
            }
        }

        @Test func `of a killed process's transaction ends when it starts again`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { try $0.insertOne("things", ["_id": 1, "n": 0]) }
                // The former process: its transaction has written, and hangs.
                let former = try MongoDatabase(database.settings, logger: Logger(label: "former"))
                let hanging = Task {
                    try await former.transaction(deadline: .zero) { transaction in
                        try transaction.updateOne("things", ["_id": 1], ["$inc": ["n": 100]])
                        Thread.sleep(forTimeInterval: 1)
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await database.endTransactionsOfFormerProcess() == 1)
                #expect(try await database.endTransactionsOfFormerProcess() == 0)
                let start = ContinuousClock.now
                try await database.transaction { transaction in
                    try transaction.updateOne("things", ["_id": 1], ["$inc": ["n": 1]])
                }
                #expect(ContinuousClock.now - start < .milliseconds(600))
                await #expect(throws: MongoError.self) { try await hanging.value }
                let n = try await database.run { try $0.findOne("things", ["_id": 1])?.int64("n") }
                #expect(n == 1)
                await former.shutDown()
            }
        }
    }
}
