import BSON
import BankTesting
import Mongo
import Synchronization
import Testing

extension `With a replica set` {
    @Suite struct `Transactions` {
        /// Counts how often a body runs.
        private final class Runs: Sendable {
            private let counter = Atomic<Int>(0)
            var count: Int { counter.load(ordering: .relaxed) }
            func add() { counter.add(1, ordering: .relaxed) }
        }

        private struct Refused: Error, Equatable {}

        /// Inserts one document in a transaction and counts the bodies run.
        private func insert(
            _ database: MongoDatabase, _ runs: Runs, deadline: Duration? = nil
        ) async throws {
            try await database.transaction(deadline: deadline) { transaction in
                runs.add()
                try transaction.insertOne("things", ["_id": 1])
            }
        }

        private func things(_ database: MongoDatabase) async throws -> Int64 {
            try await database.run { try $0.count("things") }
        }

        @Test func `do all or nothing`() async throws {
            try await MongoTestDatabase.with { database in
                let seen = try await database.transaction { transaction in
                    try transaction.insertMany("things", [["_id": 1], ["_id": 2]])
                    try transaction.updateOne("things", ["_id": 2], ["$set": ["n": 1]])
                    return try transaction.find("things", ["n": 1]).count
                }
                #expect(seen == 1)
                #expect(try await things(database) == 2)
                await #expect(throws: Refused()) {
                    try await database.transaction { transaction in
                        try transaction.deleteMany("things", [:])
                        throw Refused()
                    }
                }
                #expect(try await things(database) == 2)
            }
        }

        @Test func `hold nothing any more after a refused commit`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { _ = try $0.insertOne("things", ["_id": 1]) }
                try await database.failing(
                    ["commitTransaction"], times: 1_000,
                    ["errorCode": 251, "errorLabels": ["TransientTransactionError"]]
                ) {
                    await #expect(throws: MongoError.self) {
                        try await database.transaction(deadline: .milliseconds(100)) {
                            try $0.updateOne("things", ["_id": 1], ["$set": ["n": 1]])
                        }
                    }
                }
                // It would wait for an open transaction.
                let update: BSONDocument = ["q": ["_id": 1], "u": ["$set": ["n": 2]]]
                let command: BSONDocument = [
                    "update": "things", "updates": .documents([update]), "maxTimeMS": 2_000,
                ]
                let reply = try await database.run { try $0.command(command) }
                #expect(try reply.value("nModified") == .int32(1))
            }
        }

        @Test(arguments: [112, 251, 24, 246] as [Int64])
        func `run their body again after a transient fault`(code: Int64) async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(
                    ["insert"], times: 2,
                    ["errorCode": .int64(code), "errorLabels": ["TransientTransactionError"]]
                ) {
                    try await insert(database, runs)
                }
                #expect(runs.count == 3)
                #expect(try await things(database) == 1)
            }
        }

        @Test(arguments: [10107, 189, 91, 11600] as [Int64])
        func `run their body again when the primary changes`(code: Int64) async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(["insert"], ["errorCode": .int64(code)]) {
                    try await insert(database, runs)
                }
                #expect(runs.count == 2)
                #expect(try await things(database) == 1)
            }
        }

        @Test func `run their body again when the connection breaks in it`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(["insert"], ["closeConnection": true]) {
                    try await insert(database, runs)
                }
                #expect(runs.count == 2)
                #expect(try await things(database) == 1)
            }
        }

        @Test(arguments: [1, 2, 5] as [Int64])
        func `only commit again when the connection breaks in the commit`(
            times: Int64
        ) async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(
                    ["commitTransaction"], times: times, ["closeConnection": true]
                ) {
                    try await insert(database, runs, deadline: .seconds(20))
                }
                #expect(runs.count == 1)
                #expect(try await things(database) == 1)
            }
        }

        @Test(arguments: [50, 189, 10107] as [Int64])
        func `only commit again when the server can't tell of the commit`(
            code: Int64
        ) async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(
                    ["commitTransaction"], times: 3, ["errorCode": .int64(code)]
                ) {
                    try await insert(database, runs, deadline: .seconds(10))
                }
                #expect(runs.count == 1)
                #expect(try await things(database) == 1)
            }
        }

        @Test func `only commit again when the majority has not confirmed`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                let concern: BSONDocument = ["code": 64, "codeName": "WriteConcernFailed"]
                try await database.failing(
                    ["commitTransaction"], times: 2, ["writeConcernError": .document(concern)]
                ) {
                    try await insert(database, runs)
                }
                #expect(runs.count == 1)
                #expect(try await things(database) == 1)
            }
        }

        @Test func `run their body again when the commit meets a conflict`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(
                    ["commitTransaction"],
                    ["errorCode": 112, "errorLabels": ["TransientTransactionError"]]
                ) {
                    try await insert(database, runs)
                }
                #expect(runs.count == 2)
                #expect(try await things(database) == 1)
            }
        }

        @Test func `give up at the deadline with the last fault`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                let start = ContinuousClock.now
                try await database.failing(
                    ["insert"], times: nil,
                    ["errorCode": 112, "errorLabels": ["TransientTransactionError"]]
                ) {
                    let error = await #expect(throws: MongoError.self) {
                        try await insert(database, runs, deadline: .milliseconds(500))
                    }
                    #expect(error?.kind == .transient)
                }
                #expect(runs.count > 1)
                #expect(ContinuousClock.now - start < .seconds(2))
                #expect(try await things(database) == 0)
            }
        }

        @Test func `call an outcome unknown that stays so until the deadline`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                let start = ContinuousClock.now
                try await database.failing(
                    ["commitTransaction"], times: nil, ["closeConnection": true]
                ) {
                    let error = await #expect(throws: MongoError.self) {
                        try await insert(database, runs, deadline: .milliseconds(500))
                    }
                    #expect(error?.kind == .outcomeUnknown)
                }
                #expect(runs.count == 1)
                #expect(ContinuousClock.now - start < .seconds(4))
            }
        }

        @Test func `end with a duplicate key by its index, without another try`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { connection in
                    try connection.createIndexes(
                        "things", [MongoIndex("by_email", keys: ["email": 1], unique: true)])
                    try connection.insertOne("things", ["_id": 1, "email": "ada@example.org"])
                }
                let runs = Runs()
                let error = await #expect(throws: MongoError.self) {
                    try await database.transaction { transaction in
                        runs.add()
                        try transaction.insertOne("things", ["_id": 2, "email": "ada@example.org"])
                    }
                }
                #expect(error?.kind == .duplicateKey(index: "by_email"))
                #expect(error?.code == 11000)
                #expect(runs.count == 1)
                #expect(error.map { "\($0)".contains("ada@") } == false)
            }
        }

        @Test func `can't be kept alive by a body that swallows a fault`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { try $0.insertOne("things", ["_id": 1]) }
                let error = await #expect(throws: MongoError.self) {
                    try await database.transaction { transaction in
                        try? transaction.insertOne("things", ["_id": 1])
                        try? transaction.insertOne("things", ["_id": 2])
                    }
                }
                #expect(error?.kind == .duplicateKey(index: "_id_"))
                #expect(try await things(database) == 1)
            }
        }

        @Test func `run their body again though it wrapped the fault`() async throws {
            try await MongoTestDatabase.with { database in
                let runs = Runs()
                try await database.failing(
                    ["insert"], ["errorCode": 112, "errorLabels": ["TransientTransactionError"]]
                ) {
                    try await database.transaction { transaction in
                        runs.add()
                        do {
                            try transaction.insertOne("things", ["_id": 1])
                        } catch {
                            throw Refused()
                        }
                    }
                }
                #expect(runs.count == 2)
                #expect(try await things(database) == 1)
            }
        }

        @Test func `that meet in one document all succeed, none is lost`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { try $0.insertOne("things", ["_id": 1, "n": 0]) }
                try await withThrowingTaskGroup { group in
                    for _ in 0..<40 {
                        group.addTask {
                            try await database.transaction(deadline: .seconds(20)) { transaction in
                                let n = try transaction.findOne("things", ["_id": 1])?.int64("n")
                                try transaction.updateOne(
                                    "things", ["_id": 1], ["$set": ["n": .int64((n ?? 0) + 1)]])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let n = try await database.run { try $0.findOne("things", ["_id": 1])?.int64("n") }
                #expect(n == 40)
            }
        }

        @Test func `are refused by name when they break a validator`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.run { try $0.setValidator("things", ["n": ["$gte": 0]]) }
                let error = await #expect(throws: MongoError.self) {
                    try await database.transaction { transaction in
                        try transaction.insertOne("things", ["_id": 1, "n": -1])
                    }
                }
                #expect(error?.kind == .validation)
            }
        }
    }
}
