import BSON
import Foundation
import Logging
import Mongo
import Testing

/// A database of its own on the replica set of `MONGO_URL`, dropped at the end.
struct MongoTestDatabase {
    let database: MongoDatabase
    let settings: MongoSettings

    struct NoReplicaSet: Error, CustomStringConvertible {
        var description: String { "set MONGO_URL to a replica set; scripts/test does" }
    }

    static func settings() throws -> MongoSettings {
        guard let uri = ProcessInfo.processInfo.environment["MONGO_URL"] else {
            throw NoReplicaSet()
        }
        let name = "mongo-\(UInt32.random(in: 0 ... .max))"
        return MongoSettings(uri: uri, database: name, applicationName: name)
    }

    /// Lends a database with an empty collection `things`.
    static func with(
        _ change: (inout MongoSettings) -> Void = { _ in },
        _ body: (MongoDatabase) async throws -> Void
    ) async throws {
        var settings = try settings()
        change(&settings)
        let database = try MongoDatabase(settings, logger: Logger(label: "test"))
        let result: Result<Void, any Error>
        do {
            try await database.run { try $0.createCollection("things") }
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        // A commit that never arrived leaves its locks behind.
        try await database.endTransactionsOfFormerProcess()
        try await database.run { try $0.dropDatabase() }
        await database.shutDown()
        try result.get()
    }
}

extension MongoDatabase {
    /// The cursors and transactions that this test's database has open on the server, which
    /// other suites use at the same time.
    func leftOpen() async throws -> [BSONDocument] {
        let name = settings.database
        let request: BSONDocument = [
            "aggregate": 1,
            "pipeline": [
                ["$currentOp": ["idleCursors": true, "idleSessions": true]],
                [
                    "$match": [
                        "$or": [
                            [
                                "type": "idleCursor",
                                "ns": .regex(pattern: "^\(name)[.]", options: ""),
                            ],
                            ["appName": .string(name), "transaction": ["$exists": true]],
                        ]
                    ]
                ],
                ["$project": ["type": 1, "ns": 1]],
            ],
            "cursor": ["batchSize": 10_000],
        ]
        return try await run { connection in
            try connection.command(request, database: "admin").document("cursor")
                .documents("firstBatch")
        }
    }

    /// A number of `serverStatus`, found by its path.
    func serverStatus(_ path: String...) async throws -> Int64 {
        try await run { connection in
            var document = try connection.command(["serverStatus": 1], database: "admin")
            for name in path.dropLast() {
                document = try document.document(name)
            }
            return try document.int64(path.last ?? "")
        }
    }
}
