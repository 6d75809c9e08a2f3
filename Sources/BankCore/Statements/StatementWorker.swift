package import Ledger
package import Logging
import ServiceLifecycle
import Synchronization

/// Makes the statements that were asked for: one at a time in each process, any number of
/// processes. A job is held by a lease; whoever dies with one leaves it to the others.
package final class StatementWorker: Sendable, Service {
    private static let pause: Duration = .seconds(1)
    private static let renewalPause: Duration = .seconds(10)

    private let store: any StatementStore
    private let accounts: any AccountReader
    private let maker: StatementMaker
    private let clock: WallClock
    private let identifiers: IdentifierGenerator
    private let logger: Logger

    package init(
        store: any StatementStore, accounts: any AccountReader, maker: StatementMaker,
        clock: WallClock, identifiers: IdentifierGenerator, logger: Logger
    ) {
        self.store = store
        self.accounts = accounts
        self.maker = maker
        self.clock = clock
        self.identifiers = identifiers
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await self.work() { continue }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Takes a job and does it, if there is one.
    /// - Returns: whether there was.
    package func work() async -> Bool {
        guard let job = try? await store.claim() else { return false }
        do {
            try await make(job)
            logger.info("a statement is ready", metadata: ["statement.id": "\(job.statement.id)"])
        } catch is LostLease {
            logger.warning("a statement's job was taken over")
        } catch {
            // Cancelled, the storage is away, or the books are wrong: another try, later.
            logger.warning(
                "a statement could not be made",
                metadata: [
                    "statement.id": "\(job.statement.id)", "statement.attempt": "\(job.attempt)",
                    "error.type": "\(type(of: error))",
                ])
            try? await store.giveBack(job)
        }
        return true
    }

    private func make(_ job: StatementJob) async throws {
        let statement = job.statement
        guard let account = try await accounts.account(.id(statement.accountID)) else {
            throw StatementFault.gap
        }
        let plan = try await maker.plan(of: account, statement.period)
        var file = StatementFile(job, store)
        var renewedAt = ContinuousClock.now
        var parts = maker.parts(plan, as: statement.format)
        while let part = try await parts.next() {
            try Task.checkCancellation()
            try await file.append(part)
            guard ContinuousClock.now - renewedAt > Self.renewalPause else { continue }
            guard try await store.renew(job) else { throw LostLease() }
            renewedAt = .now
        }
        let length = try await file.close()
        let isOurs = try await store.finish(job, bytes: length, notice: notice(of: statement))
        guard isOurs else { throw LostLease() }
    }

    private func notice(of statement: Statement) -> Notice {
        Notice(
            id: identifiers.next(), kind: .statementReady, customerID: statement.requestedBy,
            accountID: statement.accountID, requestID: statement.requestID, at: clock.now,
            data: [
                "statementId": statement.id.description, "format": statement.format.rawValue,
                "from": statement.period.from.description,
                "to": statement.period.until.description,
            ])
    }
}

/// The job is somebody else's by now.
private struct LostLease: Error {}

/// Cuts a text into the pieces of a file.
private struct StatementFile {
    private let job: StatementJob
    private let store: any StatementStore
    private var waiting: [UInt8] = []
    private var chunks = 0
    private var length: Int64 = 0

    init(_ job: StatementJob, _ store: any StatementStore) {
        self.job = job
        self.store = store
    }

    mutating func append(_ bytes: [UInt8]) async throws {
        waiting += bytes
        while waiting.count >= store.chunkBytes {
            try await write(Array(waiting.prefix(store.chunkBytes)))
            waiting.removeFirst(store.chunkBytes)
        }
    }

    /// Writes what is left.
    /// - Returns: the file's length in bytes.
    mutating func close() async throws -> Int64 {
        if !waiting.isEmpty { try await write(waiting) }
        return length
    }

    private mutating func write(_ chunk: [UInt8]) async throws {
        try await store.write(chunk, chunk: chunks, of: job)
        chunks += 1
        length += Int64(chunk.count)
    }
}
