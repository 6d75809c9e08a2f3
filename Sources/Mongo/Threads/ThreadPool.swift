import Metrics
import Synchronization

/// Threads that each hold one client for life, and take their work from one queue.
final class ThreadPool: Sendable {
    private let queue: JobQueue
    private let threads: Mutex<[OSThread]>
    private let meters: PoolMeters

    /// Starts the threads; connections are made by the first work.
    init(_ settings: MongoSettings, size: Int, name: String) throws(MongoError) {
        let pool = SharedPool(try ClientPool(settings, clientsMax: size))
        let queue = JobQueue(
            workers: size, countMax: settings.waitersMax, waitMax: settings.waitQueueTimeout)
        let meters = PoolMeters(pool: name)
        self.queue = queue
        self.meters = meters
        var threads: [OSThread] = []
        for number in 0..<size {
            let thread = OSThread(name: "\(name)-\(number)") {
                Self.work(number, pool, queue, meters)
            }
            if let thread { threads.append(thread) }
        }
        let watch = OSThread(name: "\(name)-wait") { queue.watchTime() }
        self.threads = Mutex(threads + [watch].compactMap { $0 })
        guard !threads.isEmpty, watch != nil else {
            close()
            throw MongoError(.unavailable, operation: "start threads")
        }
    }

    /// Runs `body` on a thread of the pool. A task cancelled while it waits for a thread gets a
    /// `CancellationError`; what has begun runs to its end.
    func run<R: Sendable>(
        operation: String, _ body: @escaping @Sendable (Client) throws -> R
    ) async throws -> R {
        let ticket = queue.nextTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.add(job(ticket, operation, continuation, body))
                if Task.isCancelled { queue.cancel(ticket) }
            }
        } onCancel: {
            queue.cancel(ticket)
        }
    }

    /// Runs `body` on a thread of the pool, also for a task that was cancelled: for cleaning up.
    func finish<R: Sendable>(
        operation: String, _ body: @escaping @Sendable (Client) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            queue.add(job(queue.nextTicket(), operation, continuation, body))
        }
    }

    private func job<R: Sendable>(
        _ ticket: UInt64, _ operation: String, _ continuation: CheckedContinuation<R, any Error>,
        _ body: @escaping @Sendable (Client) throws -> R
    ) -> JobQueue.Job {
        JobQueue.Job(
            ticket: ticket,
            run: { client in continuation.resume(with: Result { try body(client) }) },
            fail: { continuation.resume(throwing: $0.error(operation)) })
    }

    /// Refuses new work, lets what runs end, and waits for the threads.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            let waiter = OSThread(name: "mongo-end") {
                self.close()
                continuation.resume()
            }
            if waiter == nil { continuation.resume() }
        }
    }

    /// Blocks.
    private func close() {
        queue.close()
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending {
            thread.join()
        }
    }

    deinit {
        // The threads end by themselves; they hold the queue and the clients, not this object.
        queue.close()
    }

    private static func work(
        _ number: Int, _ pool: SharedPool, _ queue: JobQueue, _ meters: PoolMeters
    ) {
        // Taken with the first job: at the end the driver says goodbye to the server through the
        // client given back last, so all of them should have a connection.
        var client: Client?
        while let (job, waited) = queue.next(for: number) {
            guard let taken = client ?? pool.pool.take() else {
                job.fail(.exhausted)
                continue
            }
            client = taken
            meters.began(waited: waited)
            taken.tidy()
            job.run(taken)
            meters.ended()
        }
        if let client { pool.pool.giveBack(client) }
    }
}

/// Keeps the pool until its last thread has ended.
private final class SharedPool: Sendable {
    let pool: ClientPool

    init(_ pool: consuming ClientPool) {
        self.pool = pool
    }
}

extension JobQueue.Refusal {
    func error(_ operation: String) -> any Error {
        switch self {
        case .exhausted: MongoError(.poolExhausted, operation: operation)
        case .shutDown: MongoError(.shutDown, operation: operation)
        case .cancelled: CancellationError()
        }
    }
}
