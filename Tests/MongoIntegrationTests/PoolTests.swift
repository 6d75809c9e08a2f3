import BSON
import Foundation
import Logging
import Mongo
import Testing

extension `With a replica set` {
    @Suite struct `The pool of threads` {
        @Test func `tells after the wait queue's time that it is exhausted`() async throws {
            try await MongoTestDatabase.with({
                $0.poolSize = 2
                $0.waitQueueTimeout = .milliseconds(200)
            }) { database in
                try await withThrowingTaskGroup { group in
                    for _ in 0..<2 {
                        group.addTask {
                            try await database.run { _ in Thread.sleep(forTimeInterval: 1) }
                        }
                    }
                    try await Task.sleep(for: .milliseconds(100))
                    let start = ContinuousClock.now
                    let error = await #expect(throws: MongoError.self) {
                        try await database.run { _ in }
                    }
                    #expect(error?.kind == .poolExhausted)
                    #expect(ContinuousClock.now - start < .milliseconds(700))
                    try await group.waitForAll()
                }
                try await database.run { _ in }
            }
        }

        @Test func `refuses at once what its queue can't hold`() async throws {
            try await MongoTestDatabase.with({
                $0.poolSize = 1
                $0.waitersMax = 3
            }) { database in
                let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            do {
                                try await database.run { _ in Thread.sleep(forTimeInterval: 0.05) }
                                return false
                            } catch let error as MongoError where error.kind == .poolExhausted {
                                return true
                            }
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(refused >= 5 && refused <= 7)
            }
        }

        @Test func `lets go of work whose task is cancelled while it waits`() async throws {
            try await MongoTestDatabase.with({ $0.poolSize = 1 }) { database in
                async let busy: Void = database.run { _ in Thread.sleep(forTimeInterval: 0.5) }
                try await Task.sleep(for: .milliseconds(100))
                let start = ContinuousClock.now
                let waiting = Task { try await database.run { _ in } }
                try await Task.sleep(for: .milliseconds(20))
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                #expect(ContinuousClock.now - start < .milliseconds(300))
                try await busy
            }
        }

        @Test func `ends what runs and refuses what comes when it is shut down`() async throws {
            let settings = try MongoTestDatabase.settings()
            let database = try MongoDatabase(settings, logger: Logger(label: "test"))
            async let running: Int = database.run { _ in
                Thread.sleep(forTimeInterval: 0.2)
                return 7
            }
            try await Task.sleep(for: .milliseconds(50))
            await database.shutDown()
            #expect(try await running == 7)
            let error = await #expect(throws: MongoError.self) { try await database.run { _ in } }
            #expect(error?.kind == .shutDown)
            await database.shutDown()
        }
    }

    @Suite struct `The way to the server` {
        private func database(_ uri: String) throws -> MongoDatabase {
            var settings = MongoSettings(uri: uri, database: "none")
            settings.serverSelectionTimeout = .milliseconds(700)
            return try MongoDatabase(settings, logger: Logger(label: "test"))
        }

        @Test func `that leads nowhere is unavailable within the selection time`() async throws {
            // Port 9 of the loopback: nobody listens.
            let database = try database("mongodb://user:secret@127.0.0.1:9/?replicaSet=rs0")
            for unit in 0..<3 {
                let start = ContinuousClock.now
                let error = await #expect(throws: MongoError.self) {
                    switch unit {
                    case 0: _ = try await database.run { try $0.find("things") }
                    case 1: try await database.transaction { try $0.insertOne("things", [:]) }
                    default: try await database.requireReplicaSet()
                    }
                }
                #expect(error?.kind == .unavailable)
                #expect(error.map { "\($0)".contains("secret") } == false)
                #expect(ContinuousClock.now - start < .seconds(2))
            }
            await database.shutDown()
        }

        @Test func `is told by a URI that can be read`() {
            let error = #expect(throws: MongoError.self) { try database("http://example.org") }
            #expect(error?.kind == .settings)
        }

        @Test func `ends at a primary`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.requireReplicaSet()
                let time = try await database.run { try $0.operationTime() }
                #expect(time.seconds > 1_600_000_000)
            }
        }

        @Test func `is told from one that leads to another replica set`() async throws {
            let settings = try MongoTestDatabase.settings()
            let other = settings.uri.replacing("replicaSet=rs0", with: "replicaSet=other")
            try #require(other != settings.uri)
            let database = try database(other)
            let error = await #expect(throws: MongoError.self) {
                try await database.requireReplicaSet()
            }
            #expect(error?.kind == .notReplicaSet)
            await database.shutDown()
        }
    }
}
