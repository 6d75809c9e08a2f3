import BSON
import BankTesting
import Mongo
import Synchronization
import Testing

extension `With a replica set` {
    @Suite struct `A change feed` {
        private static let inserts: [BSONDocument] = [["$match": ["operationType": "insert"]]]

        private func insert(_ database: MongoDatabase, _ ids: Range<Int64>) async throws {
            for id in ids {
                try await database.run { try $0.insertOne("things", ["_id": .int64(id)]) }
            }
        }

        private func ids(_ batch: ChangeBatch) throws -> [Int64] {
            try batch.events.map { try $0.document("fullDocument").int64("_id") }
        }

        /// Reads until there are so many ids.
        private func ids(_ feed: ChangeFeed, _ count: Int) async throws -> [Int64] {
            var found: [Int64] = []
            for _ in 0..<100 where found.count < count {
                found += try ids(try await feed.next())
            }
            return found
        }

        @Test func `shows what is committed, in order`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.withChangeFeed(ChangeFeedOptions(pipeline: Self.inserts)) {
                    feed in
                    _ = try await feed.next()
                    try await insert(database, 0..<5)
                    try await database.transaction { transaction in
                        try transaction.insertMany("things", (5..<500).map { ["_id": .int64($0)] })
                    }
                    #expect(try await ids(feed, 500) == Array(0..<500))
                }
            }
        }

        @Test func `shows nothing of what was not committed`() async throws {
            struct Refused: Error {}
            try await MongoTestDatabase.with { database in
                try await database.withChangeFeed(ChangeFeedOptions(pipeline: Self.inserts)) {
                    feed in
                    _ = try await feed.next()
                    await #expect(throws: Refused.self) {
                        try await database.transaction { transaction in
                            try transaction.insertOne("things", ["_id": 1])
                            throw Refused()
                        }
                    }
                    try await insert(database, 2..<3)
                    #expect(try await ids(feed, 1) == [2])
                }
            }
        }

        @Test func `goes on behind the position of an earlier one`() async throws {
            try await MongoTestDatabase.with { database in
                let position = try await database.withChangeFeed(
                    ChangeFeedOptions(pipeline: Self.inserts)
                ) { feed in
                    _ = try await feed.next()
                    try await insert(database, 0..<3)
                    let batch = try await feed.next()
                    try await insert(database, 3..<6)
                    return (try ids(batch).count, batch.position)
                }
                let options = ChangeFeedOptions(pipeline: Self.inserts, start: .after(position.1))
                try await database.withChangeFeed(options) { feed in
                    let missing = 6 - position.0
                    let found = try await ids(feed, missing)
                    #expect(found == Array(Int64(position.0)..<6))
                }
            }
        }

        @Test func `moves its position also when nothing concerns it`() async throws {
            try await MongoTestDatabase.with { database in
                let options = ChangeFeedOptions(pipeline: [["$match": ["operationType": "never"]]])
                try await database.withChangeFeed(options) { feed in
                    let first = try await feed.next()
                    try await insert(database, 0..<3)
                    var last = first
                    for _ in 0..<20 where last.position == first.position {
                        last = try await feed.next()
                    }
                    #expect(last.position != first.position)
                    #expect(last.events.isEmpty)
                }
            }
        }

        @Test func `starts at a moment of the past`() async throws {
            try await MongoTestDatabase.with { database in
                try await insert(database, 0..<1)
                let time = try await database.run { try $0.operationTime() }
                try await insert(database, 1..<3)
                let options = ChangeFeedOptions(pipeline: Self.inserts, start: .at(time))
                try await database.withChangeFeed(options) { feed in
                    let found = try await ids(feed, 2)
                    #expect(found.suffix(2) == [1, 2])
                }
            }
        }

        @Test func `tells when its cursor was killed, and another goes on`() async throws {
            try await MongoTestDatabase.with { database in
                var position: BSONDocument?
                try await database.withChangeFeed(ChangeFeedOptions(pipeline: Self.inserts)) {
                    feed in
                    position = try await feed.next().position
                    try await database.failing(["getMore"], ["errorCode": 43]) {
                        let error = await #expect(throws: MongoError.self) { try await feed.next() }
                        #expect(error?.kind == .cursorLost)
                        #expect(error?.isTemporary == true)
                    }
                }
                try await insert(database, 0..<2)
                let start = ChangeFeedOptions.Start.after(try #require(position))
                try await database.withChangeFeed(
                    ChangeFeedOptions(pipeline: Self.inserts, start: start)
                ) { feed in
                    let found = try await ids(feed, 2)
                    #expect(found == [0, 1])
                }
            }
        }

        @Test func `tells when the connection breaks`() async throws {
            try await MongoTestDatabase.with { database in
                try await database.withChangeFeed(ChangeFeedOptions()) { feed in
                    _ = try await feed.next()
                    try await database.failing(["getMore"], ["closeConnection": true]) {
                        let error = await #expect(throws: MongoError.self) { try await feed.next() }
                        #expect(error?.isTemporary == true)
                    }
                }
            }
        }

        @Test func `asks a server that stopped answering nothing more`() async throws {
            try await MongoTestDatabase.with({ $0.socketTimeout = .seconds(2) }) { database in
                let hang: BSONDocument = ["blockConnection": true, "blockTimeMS": 3_000]
                try await database.failing(["getMore", "killCursors"], times: nil, hang) {
                    let start = ContinuousClock.now
                    let error = await #expect(throws: MongoError.self) {
                        try await database.withChangeFeed(ChangeFeedOptions()) { feed in
                            while true { _ = try await feed.next() }
                        }
                    }
                    #expect(error?.isTemporary == true)
                    // One timeout, not two.
                    #expect(ContinuousClock.now - start < .milliseconds(3_700))
                }
            }
        }

        @Test(arguments: [286, 280, 260] as [Int64])
        func `tells when the history is lost`(code: Int64) async throws {
            try await MongoTestDatabase.with { database in
                // What the server says when its operation log doesn't reach back or doesn't know
                // the position.
                try await database.failing(["aggregate"], ["errorCode": .int64(code)]) {
                    try await database.withChangeFeed(ChangeFeedOptions()) { feed in
                        let error = await #expect(throws: MongoError.self) { try await feed.next() }
                        #expect(error?.kind == .historyLost)
                        #expect(error?.isTemporary == false)
                    }
                }
            }
        }

        @Test func `tells when what it watches was dropped`() async throws {
            try await MongoTestDatabase.with { database in
                let options = ChangeFeedOptions(collection: "things")
                try await database.withChangeFeed(options) { feed in
                    _ = try await feed.next()
                    try await database.run { try $0.dropCollection("things") }
                    let error = await #expect(throws: MongoError.self) {
                        for _ in 0..<10 { _ = try await feed.next() }
                    }
                    #expect(error?.kind == .invalidated)
                }
            }
        }

        @Test func `ends soon when its task is cancelled`() async throws {
            try await MongoTestDatabase.with { database in
                let feed = Task {
                    try await database.withChangeFeed(ChangeFeedOptions()) { feed in
                        while true { _ = try await feed.next() }
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
                let start = ContinuousClock.now
                feed.cancel()
                await #expect(throws: CancellationError.self) { try await feed.value }
                #expect(ContinuousClock.now - start < .seconds(2))
            }
        }
    }
}
