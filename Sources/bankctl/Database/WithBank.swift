import ArgumentParser
import Logging
import Mongo
import ServiceKit

/// Lends the database of the settings, once it is known to be a replica set.
///
/// Faults of the settings end the command with 78, a MongoDB that can't be reached with 69, as
/// they do the services.
func withBank<Result: Sendable>(
    _ body: (MongoDatabase, ToolSettings) async throws -> Result
) async throws -> Result {
    let settings: ToolSettings
    do {
        settings = try ToolSettings.load()
    } catch {
        throw stop(.configuration, String(describing: error))
    }
    let database = try openDatabase(settings)
    do {
        try await requireReplicaSet(database)
        let result = try await body(database, settings)
        await database.shutDown()
        return result
    } catch {
        await database.shutDown()
        throw error
    }
}

private func openDatabase(_ settings: ToolSettings) throws -> MongoDatabase {
    var logger = Logger(label: "bankctl")
    logger.logLevel = .error
    var mongo = MongoSettings(
        uri: settings.mongoURL.value, database: settings.mongoDatabase,
        applicationName: "bankctl")
    mongo.poolSize = 2
    do {
        return try MongoDatabase(mongo, logger: logger)
    } catch {
        throw stop(.configuration, "MONGO_URL can't be used: \(error)")
    }
}

private func requireReplicaSet(_ database: MongoDatabase) async throws {
    do {
        try await database.requireReplicaSet()
    } catch let error as MongoError where error.kind == .notReplicaSet {
        throw stop(.configuration, StartFailure.standaloneDatabase.description)
    } catch {
        throw stop(.unavailable, "MongoDB can't be reached at MONGO_URL")
    }
}

/// Says why, and gives what ends the command with that code.
func stop(_ code: ServiceKit.ExitCode, _ reason: String) -> ArgumentParser.ExitCode {
    Console.note("bankctl: \(reason)")
    return ArgumentParser.ExitCode(code.rawValue)
}
