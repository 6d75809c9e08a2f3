import BSON
package import Logging
import ServiceLifecycle

/// A database of a replica set, and the threads that work with it.
///
/// Make one for each process (each keeps `MongoSettings.poolSize` connections), run it as a
/// service or call `shutDown()` at the end. All work goes through `run` and `transaction`: a
/// synchronous body, on a thread of its own, one hop for the whole body.
package final class MongoDatabase: Service {
    package let settings: MongoSettings
    let logger: Logger
    let threads: ThreadPool
    let meters = TransactionMeters()

    /// Starts the threads. The server is not looked for before the first work.
    ///
    /// - Throws: `MongoError` of the kind `settings` if the URI can't be used.
    package init(_ settings: MongoSettings, logger: Logger) throws(MongoError) {
        self.settings = settings
        self.logger = logger
        threads = try ThreadPool(settings, size: max(1, settings.poolSize), name: "mongo")
    }

    package var name: String { settings.database }

    /// Keeps the database open until the service group shuts down; place it before its users,
    /// so that it ends after them.
    package func run() async throws {
        try? await gracefulShutdown()
        await shutDown()
    }

    /// Refuses new work and waits for what runs.
    package func shutDown() async {
        await threads.shutDown()
    }

    /// Lends a connection to `body`, which runs on one of the database's threads: it may block
    /// on the database, and on nothing else.
    ///
    /// - Throws: what `body` throws; `MongoError` of the kinds `poolExhausted` and `shutDown`;
    ///   `CancellationError` if the task is cancelled before the body has begun.
    @discardableResult
    package func run<R: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoConnection) throws -> R
    ) async throws -> R {
        let name = settings.database
        return try await threads.run(operation: "run") { client in
            let unit = UnitOfWork(client: client.pointer, database: name)
            defer { unit.end() }
            return try body(MongoConnection(unit: unit))
        }
    }
}
