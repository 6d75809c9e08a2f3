package import Ledger
package import Logging
import ServiceLifecycle
import Synchronization

/// Commits commands in groups: the one way in which money moves.
///
/// Run it as a `Service` beside the server, and hand it commands by ``perform(_:as:)``. What
/// goes together, waits or is refused is decided by ``PostingQueue``; this type adds the I/O:
/// each batch in flight is a child task of ``run()``, callers wait on continuations that are
/// resumed exactly once. A caller that is cancelled still gets the outcome: a command that was
/// accepted is not withdrawn, so that nobody need wonder whether money moved.
///
/// On graceful shutdown nothing new is accepted, and ``run()`` returns when all is answered.
package final class PostingEngine: LedgerGate, Service {
    private typealias Queue = PostingQueue<PostingWaiter>

    let store: any LedgerStore
    let limits: PostingLimits
    let metrics = PostingMetrics()
    let logger: Logger
    private let queue: Mutex<Queue>
    private let identifiers: Mutex<RisingIdentifiers<TransactionKind>>
    private let batches: AsyncStream<Queue.Batch>
    private let starts: AsyncStream<Queue.Batch>.Continuation
    private let clock = ContinuousClock()

    package init(
        store: any LedgerStore, wallClock: WallClock, limits: PostingLimits = PostingLimits(),
        logger: Logger
    ) {
        self.store = store
        self.limits = limits
        self.logger = logger
        self.queue = Mutex(Queue(limits: limits))
        self.identifiers = Mutex(RisingIdentifiers(clock: wallClock))
        (self.batches, self.starts) = AsyncStream.makeStream()
    }

    package func perform(
        _ command: LedgerCommand, as workload: Workload
    ) async throws(PostingError) -> LedgerOutcome {
        let result = await withCheckedContinuation { submit(command, as: workload, .one($0)) }
        return try result.get()
    }

    package func performAll(
        _ commands: [LedgerCommand], as workload: Workload
    ) async -> [PostingResult] {
        let (results, teller) = AsyncStream<PostingWaiter.Numbered>.makeStream()
        for (number, command) in commands.enumerated() {
            submit(command, as: workload, .oneOfMany(teller, number: number))
        }
        var ordered = [PostingResult](repeating: .failure(.outcomeUnknown), count: commands.count)
        for await (number, result) in results.prefix(commands.count) { ordered[number] = result }
        return ordered
    }

    package func preview(
        _ command: LedgerCommand
    ) async throws(StoreError) -> LedgerOutcome {
        try await store.preview(command)
    }

    private func submit(
        _ command: LedgerCommand, as workload: Workload, _ waiter: PostingWaiter
    ) {
        let now = clock.now
        let submission = queue.withLock { queue in
            queue.submit(command, as: workload, waiter: waiter, now: now)
        }
        switch submission {
        case .waiting: break
        case .start(let batch): starts.yield(batch)
        case .answered(let result):
            metrics.count(result)
            waiter.tell(result)
        }
    }

    package func run() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                // Beside the batches: what waits too long is told while one is being written.
                group.addTask { await self.watchDeadlines() }
                // As many at once as there are lanes: the queue starts no more.
                for await batch in batches { group.addTask { await self.run(batch) } }
                // Here all is answered, unless this task was cancelled.
                tell(queue.withLock { $0.abandon() })
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.drain()
        }
    }

    /// Commits a batch, lets the next ones start, then wakes those who waited for this one.
    private func run(_ batch: Queue.Batch) async {
        let start = clock.now
        let results = await commit(identified(batch.commands))
        let took = clock.now - start
        let (next, waiting, isDrained) = queue.withLock { queue in
            let next = queue.finish(batch.id, results, took: took)
            return (next, queue.waitingCount, queue.isDrained)
        }
        for batch in next.batches { starts.yield(batch) }
        tell(next.answers)
        metrics.committed(batch.commands.count, took: took, stillWaiting: waiting)
        if isDrained { starts.finish() }
    }

    /// The commands with ids in the order of decision: commands on one account go into one
    /// batch, or into batches one after another, so its history sorts by id as by seq.
    private func identified(_ commands: [LedgerCommand]) -> [LedgerCommand] {
        identifiers.withLock { identifiers in
            commands.map { $0.identified(by: &identifiers) }
        }
    }

    private func watchDeadlines() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: limits.deadlineCheckInterval)
            let now = clock.now
            tell(queue.withLock { $0.expire(at: now) })
        }
    }

    private func drain() {
        let isDrained = queue.withLock { queue in
            queue.close()
            return queue.isDrained
        }
        if isDrained { starts.finish() }
    }

    private func tell(_ answers: [Queue.Answer]) {
        for answer in answers {
            metrics.count(answer.result)
            answer.waiter.tell(answer.result)
        }
    }
}
