import DequeModule
import Ledger

/// Which commands wait, which go together, who is told what: the posting engine without its
/// I/O. A value; every change returns what is to be done.
///
/// * When a lane is free, a command starts at once. While batches are in flight, commands gather
///   and the next batch takes all that may go, up to a limit. No timer.
/// * Batches in flight have no ``Claim`` in common, and commands with a common claim keep their
///   order.
/// * Every waiter is answered exactly once.
package struct PostingQueue<Waiter: Sendable>: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Commands to commit together, in this order.
    package struct Batch: Sendable {
        package let id: Int
        package var commands: [LedgerCommand]
    }

    /// Somebody to be told.
    package struct Answer: Sendable {
        package let waiter: Waiter
        package let result: PostingResult
    }

    package enum Submission: Sendable {
        /// The answer comes with a later call.
        case waiting
        case start(Batch)
        case answered(PostingResult)
    }

    /// What follows from a finished batch.
    package struct Next: Sendable {
        package var answers: [Answer] = []
        package var batches: [Batch] = []
    }

    let limits: PostingLimits
    var ordinary = PostingLine<Waiter>()
    var bulk = PostingLine<Waiter>()
    var inFlight: [Int: [PostingEntry<Waiter>]] = [:]
    var claimed: Set<Claim> = []
    var running: [IdempotencyScope: RunningKey] = [:]
    /// Requests that wait for the outcome of an earlier one with their key, by deadline.
    var followers: Deque<(scope: IdempotencyScope, id: Int, deadline: Instant)> = []
    var followersWaiting = 0
    var nextID = 0
    /// A moving average of how long a commit takes.
    var commitTimeExpected: Duration = .zero
    var isOpen = true

    /// A key whose first request has no outcome yet.
    struct RunningKey: Sendable {
        let digest: [UInt8]
        var followers: [Int: Waiter] = [:]
    }

    package init(limits: PostingLimits = PostingLimits()) { self.limits = limits }

    package var waitingCount: Int { ordinary.count + bulk.count }
    package var inFlightCount: Int { inFlight.count }
    /// Nothing is accepted any more and nothing is left to do.
    package var isDrained: Bool { !isOpen && inFlight.isEmpty && waitingCount == 0 }

    /// From now on nothing is accepted; what is there is finished.
    package mutating func close() { isOpen = false }

    /// Accepts a command, or says at once why not.
    package mutating func submit(
        _ command: LedgerCommand, as workload: Workload, waiter: Waiter, now: Instant
    ) -> Submission {
        guard isOpen else { return .answered(.failure(.unavailable)) }
        let key = command.idempotency
        if let key, running[key.scope] != nil {
            return follow(key.scope, key.digest, waiter, now)
        }
        if let overload = overload(for: workload) { return .answered(.failure(overload)) }
        if let key { running[key.scope] = RunningKey(digest: key.digest) }
        let entry = PostingEntry(
            command: command, claims: command.claims, scope: key?.scope,
            deadline: now.advanced(by: limits.commandDeadline), waiter: waiter)
        if mayStartAtOnce(entry) { return .start(begin([entry])) }
        switch workload {
        case .ordinary: ordinary.append(entry)
        case .bulk: bulk.append(entry)
        }
        return .waiting
    }

    private func mayStartAtOnce(_ entry: PostingEntry<Waiter>) -> Bool {
        inFlight.count < limits.lanes && !entry.claims.contains(where: claimed.contains)
            && !ordinary.holdsAny(of: entry.claims) && !bulk.holdsAny(of: entry.claims)
    }

    /// A second request with a key whose first one still runs: waits for the same outcome.
    private mutating func follow(
        _ scope: IdempotencyScope, _ digest: [UInt8], _ waiter: Waiter, _ now: Instant
    ) -> Submission {
        guard running[scope]?.digest == digest else {
            return .answered(.success(.rejected(.idempotencyKeyReused)))
        }
        guard followersWaiting < limits.sameKeyWaitersMax else {
            return .answered(.failure(.requestInProgress))
        }
        let id = makeID()
        followersWaiting += 1
        running[scope]?.followers[id] = waiter
        followers.append((scope, id, now.advanced(by: limits.sameKeyWaitMax)))
        return .waiting
    }

    /// Non-nil when a new command would have to wait too long: so many full batches stand before
    /// it, each as long as commits take now.
    private func overload(for workload: Workload) -> PostingError? {
        let line = workload == .ordinary ? ordinary : bulk
        let share = workload == .ordinary ? ordinaryShare : limits.batchCommandsMax
        let wait = commitTimeExpected * (line.count / share)
        guard
            line.count >= limits.queuedCommandsMax
                || workload == .ordinary && wait > limits.waitExpectedMax
        else { return nil }
        return .overloaded(retryAfterSeconds: Int(clamping: max(1, wait.components.seconds + 1)))
    }

    /// How many ordinary commands the next batch may take: bulk gets up to half of it.
    var ordinaryShare: Int {
        max(1, limits.batchCommandsMax - min(bulk.count, limits.batchCommandsMax / 2))
    }

    mutating func makeID() -> Int {
        nextID &+= 1
        return nextID
    }
}
