import DequeModule

/// Work that waits for a thread: first come, first served, bounded in number and in time.
///
/// Of the idle workers the one that was busy last gets the next job: its caches are warm and its
/// connection is in use, while the others may sleep.
final class JobQueue: Sendable {
    /// Exactly one of the two closures is called, once.
    struct Job: Sendable {
        let ticket: UInt64
        let run: @Sendable (Client) -> Void
        let fail: @Sendable (_ reason: Refusal) -> Void
    }

    enum Refusal: Sendable {
        case exhausted
        case shutDown
        case cancelled
    }

    private struct Waiting {
        let job: Job
        let since: MonotonicTime
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        /// Workers that wait, the one that began to wait last at the end.
        var idle: [Int] = []
        /// Whether the watcher waits for something to watch.
        var watcherIsIdle = false
        var ticketNext: UInt64 = 0
        var closed = false
    }

    private let countMax: Int
    private let waitMax: Duration
    /// Each worker waits for the condition of its number, who watches the time for the last.
    private let monitor: Monitor<State>
    private let watcher: Int

    /// - Parameter workers: how many there are, numbered from 0.
    init(workers: Int, countMax: Int, waitMax: Duration) {
        self.countMax = countMax
        self.waitMax = waitMax
        watcher = workers
        monitor = Monitor(State(), conditions: workers + 1)
    }

    func nextTicket() -> UInt64 {
        monitor.withLock { state in
            state.ticketNext &+= 1
            return state.ticketNext
        }
    }

    func add(_ job: Job) {
        let refusal: Refusal? = monitor.withLock { state in
            if state.closed { return .shutDown }
            if state.waiting.count >= countMax { return .exhausted }
            state.waiting.append(Waiting(job: job, since: .now()))
            if let worker = state.idle.popLast() {
                monitor.signal(worker)
            } else if state.watcherIsIdle {
                state.watcherIsIdle = false
                monitor.signal(watcher)
            }
            return nil
        }
        if let refusal { job.fail(refusal) }
    }

    /// Takes a job back that no thread has begun.
    func cancel(_ ticket: UInt64) {
        let job: Job? = monitor.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.job.ticket == ticket }) else {
                return nil
            }
            return state.waiting.remove(at: index).job
        }
        job?.fail(.cancelled)
    }

    /// Blocks for a worker's next job; nil when the queue is closed. The time it waited comes
    /// with it.
    func next(for worker: Int) -> (job: Job, waited: Duration)? {
        let waiting: Waiting? = monitor.wait(for: worker) { state in
            if let first = state.waiting.popFirst() {
                // It may have got here without being called.
                state.idle.removeAll { $0 == worker }
                return .done(first)
            }
            if state.closed { return .done(nil) }
            if !state.idle.contains(worker) { state.idle.append(worker) }
            return .wait(until: nil)
        }
        return waiting.map { ($0.job, MonotonicTime.now().duration(since: $0.since)) }
    }

    /// Refuses what has waited too long, until the queue is closed: the work of a thread of its
    /// own. All wait equally long, so only the first has to be looked at.
    func watchTime() {
        while let expired = nextExpired() {
            expired.fail(.exhausted)
        }
    }

    private func nextExpired() -> Job? {
        monitor.wait(for: watcher) { state in
            if state.closed { return .done(nil) }
            guard let first = state.waiting.first else {
                state.watcherIsIdle = true
                return .wait(until: nil)
            }
            let end = first.since.advanced(by: waitMax)
            guard MonotonicTime.now() >= end else { return .wait(until: end) }
            state.waiting.removeFirst()
            return .done(first.job)
        }
    }

    /// Refuses all that wait and all that come; what runs is not disturbed.
    func close() {
        let refused = monitor.withLock { state in
            state.closed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        monitor.signalAll()
        for waiting in refused {
            waiting.job.fail(.shutDown)
        }
    }
}
