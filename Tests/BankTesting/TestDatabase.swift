import BankStorage
import Foundation
import Logging
package import Mongo
import ServiceKit

/// Lends a database of its own, migrated, to a test, and drops it afterwards.
///
/// Takes the replica set of `MONGO_URL`, as `scripts/test` sets it; without it the test fails.
package func withDatabase<Result: Sendable>(
    migrated: Bool = true, _ body: (MongoDatabase) async throws -> Result
) async throws -> Result {
    let name = "teller_test_\(UInt64.random(in: 0...UInt64.max))"
    let database = try openDatabase(named: name)
    do {
        if migrated { try await Migrator(database, clock: .system).migrate() }
        let result = try await body(database)
        try await end(database)
        return result
    } catch {
        try? await end(database)
        throw error
    }
}

/// One more way to a test's database, as another process has it; to be shut down by the test.
package func openDatabase(named name: String) throws -> MongoDatabase {
    guard let uri = ProcessInfo.processInfo.environment["MONGO_URL"] else {
        throw MissingReplicaSet()
    }
    var settings = MongoSettings(uri: uri, database: name, applicationName: name)
    settings.poolSize = 4
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return try MongoDatabase(settings, logger: logger)
}

private func end(_ database: MongoDatabase) async throws {
    do {
        try await database.run { try $0.dropDatabase() }
    } catch {
        await database.shutDown()
        throw error
    }
    await database.shutDown()
}

package struct MissingReplicaSet: Error, CustomStringConvertible {
    package var description: String {
        "MONGO_URL is not set: scripts/test starts a replica set and sets it"
    }
}
