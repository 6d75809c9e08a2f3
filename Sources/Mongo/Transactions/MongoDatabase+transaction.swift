import CoreMetrics
import Glibc

extension MongoDatabase {
    /// Runs `body` in a transaction: snapshot reads, all or nothing, acknowledged by the
    /// majority and journaled.
    ///
    /// When a try meets a transient fault (a write conflict, a new primary), the body runs again
    /// as a whole: it must have no effects of its own, and let `MongoError`s through. When the
    /// outcome of the commit is unknown, only the commit is tried again. An error of the body
    /// gives the transaction up and is rethrown. Collections and indexes must exist before.
    ///
    /// - Parameter deadline: no try begins later; `MongoSettings.transactionRetries` has the
    ///   default. A try under way may take as long as the time limits of the settings.
    /// - Throws: what `body` throws; `MongoError` `transient` or `unavailable` when tries failed
    ///   until the deadline, nothing being committed; `outcomeUnknown` when the commit may or
    ///   may not have happened; and what `run` throws.
    @discardableResult
    package func transaction<R: Sendable>(
        deadline: Duration? = nil,
        _ body: @escaping @Sendable (borrowing MongoTransaction) throws -> R
    ) async throws -> R {
        let retries = settings.transactionRetries
        let end = MonotonicTime.now().advanced(by: deadline ?? retries.deadline)
        var failures = 0
        while true {
            let attempt = TransactionAttempt(
                database: settings.database, end: end, retries: retries, meters: meters)
            switch try await threads.run(operation: "transaction", { attempt.run(on: $0, body) }) {
            case .done(let result): return result
            case .failed(let error): throw error
            case .transient(let error):
                failures += 1
                let delay = retries.delay(afterFailures: failures)
                guard MonotonicTime.now().advanced(by: delay) < end else { throw error }
                meters.bodyRetries.increment()
                try await Task.sleep(for: delay)
            }
        }
    }
}

/// One try of a transaction, on its thread.
struct TransactionAttempt: Sendable {
    let database: String
    let end: MonotonicTime
    let retries: RetryPolicy
    let meters: TransactionMeters

    enum Outcome<R: Sendable>: Sendable {
        case done(R)
        case failed(any Error)
        /// Nothing was committed, and another try may succeed.
        case transient(any Error)
    }

    func run<R: Sendable>(
        on client: Client, _ body: (borrowing MongoTransaction) throws -> R
    ) -> Outcome<R> {
        do {
            let session = try Session(on: client)
            let left = end.duration(since: .now())
            try session.startTransaction(commitTimeMax: max(left, .milliseconds(100)))
            return run(client, session, body)
        } catch {
            return .failed(error)
        }
    }

    private func run<R: Sendable>(
        _ client: Client, _ session: borrowing Session,
        _ body: (borrowing MongoTransaction) throws -> R
    ) -> Outcome<R> {
        let unit = UnitOfWork(
            client: client.pointer, session: session.handle, database: database)
        defer { unit.end() }
        do {
            let result = try body(MongoTransaction(unit: unit))
            // A body may have swallowed it, but the transaction is dead.
            if let failure = unit.failure { throw failure }
            return commit(session, result)
        } catch {
            session.abort()
            let transient = unit.failure?.isTransientTransactionError == true
            return transient ? .transient(unit.failure ?? error) : .failed(error)
        }
    }

    /// Commits, again and again while the outcome is unknown, until the deadline.
    private func commit<R>(_ session: borrowing Session, _ result: R) -> Outcome<R> {
        var failures = 0
        while true {
            do {
                try session.commit()
                return .done(result)
            } catch {
                guard error.isUnknownCommitResult else {
                    session.kill()
                    return error.isTransientTransactionError ? .transient(error) : .failed(error)
                }
                failures += 1
                let delay = retries.delay(afterFailures: failures)
                guard MonotonicTime.now().advanced(by: delay) < end else {
                    return .failed(error.with(.outcomeUnknown))
                }
                meters.commitRetries.increment()
                usleep(UInt32(clamping: delay.milliseconds * 1_000))
            }
        }
    }
}
