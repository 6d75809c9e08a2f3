import ServiceLifecycle

/// Runs what connections ask of the storage: a bounded number at once, a bounded number waiting.
///
/// Sockets live on event loops and must not wait; this is the one place where their questions
/// become tasks. Few at once, so that a storm of newcomers waits for itself, and leaves the storage to
/// those who are there: the slower it answers, the less it is asked.
package final class WorkQueue: Service {
    package typealias Job = @Sendable () async -> Void

    private let stream: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation
    private let atOnceMax: Int

    package init(atOnceMax: Int = 4, waitingMax: Int = 20_000) {
        self.atOnceMax = atOnceMax
        (stream, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(waitingMax))
    }

    /// False: too much waits already, the job will not run.
    package func submit(_ job: @escaping Job) -> Bool {
        if case .enqueued = continuation.yield(job) { true } else { false }
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await job in stream.cancelOnGracefulShutdown() {
                if running == atOnceMax {
                    await group.next()
                } else {
                    running += 1
                }
                // At most `atOnceMax`: another one begins when one has ended.
                group.addTask { await job() }
            }
        }
    }
}
