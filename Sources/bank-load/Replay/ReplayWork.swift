import Ledger
package import NIOCore

/// Posts the movements: each account's one after another, many accounts at once.
///
/// What is turned away or lost is sent again with the same key until the bank decides it; a
/// movement that the bank refuses is noted, and its account goes on.
package struct ReplayWork: WireWork, Sendable {
    private struct Lane: Sendable {
        var position = 0
        /// Attempts of the movement at `position` that were neither decided nor told to wait.
        var attempts = 0
    }

    package static let refusalsShown = 20
    package static let attemptsMax = 120
    private static var pauses: (shortest: TimeAmount, longest: TimeAmount) {
        (.milliseconds(100), .seconds(10))
    }

    package private(set) var posted = 0
    /// Decided by a former run.
    package private(set) var replayed = 0
    package private(set) var refusedCount = 0
    package private(set) var refusals: [String] = []
    /// Attempts that had to be repeated, by reason.
    package private(set) var repeated: [String: Int] = [:]
    /// Why the replay had to stop.
    package private(set) var fault: String?
    package var done: Int { posted + replayed + refusedCount }

    private let plan: ReplayPlan
    private let accounts: [ReplayAccount]
    private let requests: MovementRequests
    private let staff: any TokenSource
    private let onTick: @Sendable (ReplayWork) -> Void
    private var lanes: [Lane]
    private var due = DueQueue<Int>()
    private var running: [Int: String] = [:]
    private var pausedUntil = NIODeadline.uptimeNanoseconds(0)
    /// The one lane that is tried before the others: see ``checkCanary(_:_:)``.
    private var canary: Int?

    package init(
        plan: ReplayPlan, accounts: [ReplayAccount], requests: MovementRequests,
        staff: any TokenSource, onTick: @escaping @Sendable (ReplayWork) -> Void = { _ in }
    ) {
        self.plan = plan
        self.accounts = accounts
        self.requests = requests
        self.staff = staff
        self.onTick = onTick
        lanes = plan.accounts.map { _ in Lane() }
        canary = accounts.firstIndex { $0.seq > 0 }
        if let canary {
            due.push(canary, due: .uptimeNanoseconds(0))
        } else {
            for lane in lanes.indices { due.push(lane, due: .uptimeNanoseconds(0)) }
        }
    }

    package func tick(at now: NIODeadline) { onTick(self) }

    // MARK: Sending

    package mutating func next(at now: NIODeadline, into request: inout ByteBuffer) -> WireStep {
        if fault != nil { return .done }
        if now < pausedUntil { return .wait(until: pausedUntil) }
        if let lane = due.pop(at: now) {
            let token = staff.token
            running[lane] = token
            requests.write(
                movement(of: lane), account: accounts[lane].id, token: token, into: &request)
            return .send(ticket: lane)
        }
        if let next = due.nextDue { return .wait(until: next) }
        return running.isEmpty ? .done : .idle
    }

    private func movement(of lane: Int) -> Movement {
        let account = plan.accounts[lane]
        return plan.movements[Int(account.movements[lanes[lane].position])]
    }

    // MARK: Outcomes

    package mutating func finished(
        ticket lane: Int, outcome: WireOutcome, sent: NIODeadline, at now: NIODeadline
    ) {
        let token = running.removeValue(forKey: lane) ?? ""
        let verdict = WireVerdict(outcome)
        switch (outcome, verdict) {
        case (.reply(let reply), .posted):
            checkCanary(lane, reply)
            if reply.isReplayed { replayed += 1 } else { posted += 1 }
            advance(lane, at: now)
        case (.reply, .refused(let code)):
            note(refusal: code, lane)
            advance(lane, at: now)
        case (.reply(let reply), .rejected(let code))
        where reply.status == 429 || code == "overloaded":
            postpone(lane, code, retryAfter: reply.retryAfterSeconds, at: now)
        case (.reply(let reply), .rejected(let code)) where reply.status == 401:
            staff.refused(token)
            retry(lane, code, at: now)
        case (.reply, .rejected(let code)):
            stop(lane, "was not taken up: \(code)")
        case (.reply(let reply), .unknown(let code)) where reply.retryAfterSeconds != nil:
            lanes[lane].attempts += 1
            postpone(lane, code, retryAfter: reply.retryAfterSeconds, at: now)
        case (_, .unknown(let code)), (.lost, .rejected(let code)), (.lost, .refused(let code)):
            retry(lane, code, at: now)
        case (.lost, .posted):
            retry(lane, "lost", at: now)
        }
    }

    /// The keys belong to whoever posts. If an account has entries, but its first movement is
    /// new to the bank, another staff member has replayed the file: going on would double it.
    private mutating func checkCanary(_ lane: Int, _ reply: WireReply) {
        guard lanes[lane].position == 0, accounts[lane].seq > 0 else { return }
        if !reply.isReplayed {
            stop(
                lane,
                "was new to the bank, although its account has entries: replay with the staff "
                    + "member of the first run, or under another --name")
        } else if canary != nil {
            canary = nil
            for other in lanes.indices where other != lane {
                due.push(other, due: .uptimeNanoseconds(0))
            }
        }
    }

    private mutating func advance(_ lane: Int, at now: NIODeadline) {
        lanes[lane].attempts = 0
        lanes[lane].position += 1
        if lanes[lane].position < plan.accounts[lane].movements.count { due.push(lane, due: now) }
    }

    private mutating func note(refusal code: String, _ lane: Int) {
        refusedCount += 1
        guard refusals.count < Self.refusalsShown else { return }
        refusals.append("line \(movement(of: lane).line): \(code)")
    }

    /// The bank asked for a pause: it counts for all, they are one caller to it.
    private mutating func postpone(
        _ lane: Int, _ code: String, retryAfter seconds: Int?, at now: NIODeadline
    ) {
        repeated[code, default: 0] += 1
        let pause = seconds.map { TimeAmount.seconds(Int64(min($0, 60))) } ?? Self.pauses.shortest
        pausedUntil = max(pausedUntil, now + pause)
        push(lane, due: now)
    }

    private mutating func retry(_ lane: Int, _ code: String, at now: NIODeadline) {
        repeated[code, default: 0] += 1
        lanes[lane].attempts += 1
        let doublings = min(lanes[lane].attempts, 7)
        let pause = TimeAmount.nanoseconds(Self.pauses.shortest.nanoseconds << Int64(doublings))
        push(lane, due: now + min(pause, Self.pauses.longest))
    }

    private mutating func push(_ lane: Int, due time: NIODeadline) {
        guard lanes[lane].attempts < Self.attemptsMax else {
            return stop(lane, "got no answer in \(Self.attemptsMax) attempts")
        }
        due.push(lane, due: time)
    }

    private mutating func stop(_ lane: Int, _ reason: String) {
        guard fault == nil else { return }
        fault = "the movement of line \(movement(of: lane).line) \(reason)"
    }
}

/// Where the hot loop gets its token from.
package protocol TokenSource: Sendable {
    var token: String { get }
    func refused(_ token: String)
}

extension StaffSession: TokenSource {}
