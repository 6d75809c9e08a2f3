package import Ledger
package import Logging
package import Mongo
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Makes the database fit to be worked with when a service starts: finds the primary, ends what
/// a killed former process left open, migrates.
///
/// While MongoDB can't be reached it goes on trying: the process is live, but not ready. Add it
/// to the service group, and let nothing work with the database before ``isDone``.
package final class DatabasePreparation: Service {
    private static let pause: Duration = .milliseconds(250)
    private static let remarkInterval: Duration = .seconds(5)

    private let database: MongoDatabase
    private let clock: WallClock
    private let logger: Logger
    private let done = Atomic(false)

    package init(_ database: MongoDatabase, clock: WallClock, logger: Logger) {
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    package var isDone: Bool { done.load(ordering: .acquiring) }

    /// - Throws: ``StartFailure/standaloneDatabase``; the URI's faults.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.prepare() }
    }

    private func prepare() async throws {
        var remarkAt = ContinuousClock.now
        while !Task.isCancelled {
            do {
                try await database.requireReplicaSet()
                try await database.endTransactionsOfFormerProcess()
                let migrations = try await Migrator(database, clock: clock).migrate()
                done.store(true, ordering: .releasing)
                logger.info(
                    "the database is ready", metadata: ["migrations.done": "\(migrations.count)"])
                return
            } catch let error as MongoError where error.kind == .notReplicaSet {
                throw StartFailure.standaloneDatabase
            } catch {
                if ContinuousClock.now >= remarkAt {
                    logger.warning(
                        "the database is not ready, trying again",
                        metadata: ["error": "\(error)"])
                    remarkAt = .now + Self.remarkInterval
                }
            }
            try? await Task.sleep(for: Self.pause)
        }
    }
}
