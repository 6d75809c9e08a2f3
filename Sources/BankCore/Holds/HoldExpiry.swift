package import Ledger
package import Logging
import ServiceKit
import ServiceLifecycle

/// Releases holds whose time is over. Any number of processes do it at once: what is due stands
/// in the database, and the ledger lets each hold end once.
package final class HoldExpiry: Sendable, Service {
    private static let pause: Duration = .seconds(1)
    private static let partMax = 100

    private let reader: any HoldReader
    private let gate: any LedgerGate
    private let clock: WallClock
    private let identifiers: IdentifierGenerator
    private let isReady: @Sendable () -> Bool
    private let logger: Logger

    package init(
        reader: any HoldReader, gate: any LedgerGate, clock: WallClock, logger: Logger,
        isReady: @escaping @Sendable () -> Bool = { true }
    ) {
        self.reader = reader
        self.gate = gate
        self.clock = clock
        self.identifiers = IdentifierGenerator(clock: clock)
        self.logger = logger
        self.isReady = isReady
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if self.isReady() { await self.releaseDue() }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Releases all that is due now.
    /// - Returns: how many holds this process released.
    @discardableResult
    package func releaseDue() async -> Int {
        let now = clock.now
        var released = 0
        var last: Hold?
        while !Task.isCancelled {
            let due = try? await reader.due(at: now, after: last, limit: Self.partMax)
            guard let due, !due.isEmpty else { break }
            released += await release(due)
            if due.count < Self.partMax { break }
            last = due.last
        }
        if released > 0 {
            logger.info("holds have expired", metadata: ["holds.released": "\(released)"])
        }
        return released
    }

    /// What can't be released now (the database is away, the queue is full) is due again in the
    /// next round.
    private func release(_ holds: [Hold]) async -> Int {
        let now = clock.now
        let results = await gate.performAll(
            holds.map { .post(expiry(of: $0, at: now)) }, as: .bulk)
        var released = 0
        for (hold, result) in zip(holds, results) {
            switch result {
            case .success(.recorded): released += 1
            // Captured, voided or released by somebody else since it was read.
            case .success(.rejected(.holdNotPending)): break
            case .success, .failure(.faulty):
                logger.error("a hold can't be released", metadata: ["hold.id": "\(hold.id)"])
            case .failure: break
            }
        }
        return released
    }

    /// The bank's own order: in the name of nobody but the payer, whose money is free again.
    private func expiry(of hold: Hold, at now: Timestamp) -> Order {
        let request: Identifier<RequestKind> = identifiers.next()
        return Order(
            settling: hold, as: .release, id: .notYetGiven,
            initiator: Initiator(
                customerID: hold.from.customerID ?? CustomerID(high: 0, low: 0), authority: .bank),
            requestID: request.description, idempotency: nil, receivedAt: now)
    }
}
