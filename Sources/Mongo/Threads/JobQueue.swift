import DequeModule

/// Work that waits for a thread: first come, first served, bounded in number and in time.
final class JobQueue: Sendable {
    /// Exactly one of the two closures is called, once.
    struct Job: Sendable {
        let ticket: UInt64
        let run: @Sendable (ClientHandle) -> Void
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
        var ticketNext: UInt64 = 0
        var closed = false
    }

    private let countMax: Int
    private let waitMax: Duration
    private let monitor = Monitor(State())

    init(countMax: Int, waitMax: Duration) {
        self.countMax = countMax
        self.waitMax = waitMax
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
            return nil
        }
        if let refusal {
            job.fail(refusal)
        } else {
            // Workers and the one who watches the time wait for the same condition.
            monitor.signalAll()
        }
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

    /// Blocks for the next job; nil when the queue is closed. The time it waited comes with it.
    func next() -> (job: Job, waited: Duration)? {
        let waiting: Waiting? = monitor.wait { state in
            if let first = state.waiting.popFirst() { return .done(first) }
            return state.closed ? .done(nil) : .wait(until: nil)
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
        monitor.wait { state in
            if state.closed { return .done(nil) }
            guard let first = state.waiting.first else { return .wait(until: nil) }
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

/// A client of the driver: used by the one thread that holds it.
struct ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}
