package import Ledger
package import Logging
import Metrics
import ServiceLifecycle
import Synchronization

/// Writes the interaction log behind the sockets' backs: in batches, from a bounded buffer.
///
/// ``record(_:)`` and ``store(_:confirm:)`` never wait. A client's event is confirmed only when
/// it is stored durably; while the storage is away, batches are tried again.
package final class InteractionLog: Service {
    private let store: any InteractionStore
    let identifiers: IdentifierGenerator
    private let logger: Logger
    private let buffer = Mutex(InteractionBuffer())
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let dropped = Counter(label: "teller_interactions_dropped_total")
    private let stored = Counter(label: "teller_interactions_stored_total")

    /// Small: while a batch is being written, MongoDB shows nobody what was committed meanwhile.
    private static let batchMax = 64
    /// When more than ``behind`` wait: the storage takes more a second in large ones.
    private static let largeBatchMax = 500
    private static let behind = 10_000
    /// Of pushes to many sockets that are not known yet, fewer.
    private static let batchWeightMax = 5_000
    private static let retryDelay: Duration = .milliseconds(500)
    /// Before the next batch: records gather, and a flood of them takes no more of the storage than
    /// 12,500 documents a second.
    private static let pause: Duration = .milliseconds(40)
    /// The same, when a small batch left others waiting.
    private static let breath: Duration = .milliseconds(6)

    package init(
        store: any InteractionStore, identifiers: IdentifierGenerator, logger: Logger
    ) {
        self.store = store
        self.identifiers = identifiers
        self.logger = logger
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func record(_ record: InteractionRecord) { append([.record(record)]) }

    package func record(_ pushes: [SentPushes]) { append(pushes.map { .pushes($0) }) }

    private func append(_ entries: [InteractionBuffer.Entry]) {
        let dropped = buffer.withLock { $0.append(entries) }
        if dropped > 0 { self.dropped.increment(by: dropped) }
        waker.yield()
    }

    /// False: there is no room; `confirm` will not be called.
    package func store(
        _ record: InteractionRecord, confirm: @escaping @Sendable (_ isStored: Bool) -> Void
    ) -> Bool {
        let isKept = buffer.withLock { $0.append(record, confirm: confirm) }
        if isKept { waker.yield() }
        return isKept
    }

    /// Runs until a graceful shutdown; what is buffered then is still stored if it can be.
    package func run() async throws {
        await withGracefulShutdownHandler {
            for await _ in wake {
                while let rest = await writeNext(), !Task.isShuttingDownGracefully {
                    try? await Task.sleep(for: rest)
                }
            }
            while await writeNext() != nil {}
        } onGracefulShutdown: {
            self.waker.finish()
        }
    }

    /// - Returns: how long to rest then. Nil: nothing waits, or the service does not wait any longer.
    private func writeNext() async -> Duration? {
        guard !Task.isCancelled else { return nil }
        let (isBehind, (entries, confirm)) = buffer.withLock { buffer in
            let isBehind = buffer.count > Self.behind
            let limit = isBehind ? Self.largeBatchMax : Self.batchMax
            return (isBehind, buffer.take(limit, weight: Self.batchWeightMax))
        }
        guard !entries.isEmpty else { return nil }
        let groups = entries.compactMap { $0.group(identifiers) }
        let isStored = await write(groups)
        for confirm in confirm { confirm(isStored) }
        if isStored { stored.increment(by: groups.reduce(0) { $0 + Int64($1.count) }) }
        return entries.count == Self.batchMax && !isBehind ? Self.breath : Self.pause
    }

    /// Tries until the storage takes it; gives up only when the service is stopping.
    private func write(_ groups: [InteractionGroup]) async -> Bool {
        while true {
            do {
                try await store.append(groups)
                return true
            } catch {
                logger.warning(
                    "Interactions could not be stored",
                    metadata: ["interaction.groups": "\(groups.count)"])
                if Task.isCancelled || Task.isShuttingDownGracefully { return false }
                try? await Task.sleep(for: Self.retryDelay)
            }
        }
    }
}
