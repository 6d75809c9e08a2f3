package import NIOCore

/// The hot loop: draws transfers, sends them at the pace, measures, and keeps the books.
package struct TransfersWork: WireWork, Sendable {
    /// How a run is paced and bounded.
    package struct Plan: Sendable {
        package var pace: Pace
        package var limit: LoadLimit
        /// Not measured, but counted in the books like the rest.
        package var warmUp: TimeAmount
        package var connections: Int

        package init(pace: Pace, limit: LoadLimit, warmUp: TimeAmount, connections: Int) {
            self.pace = pace
            self.limit = limit
            self.warmUp = warmUp
            self.connections = connections
        }
    }

    private struct Running: Sendable {
        let order: TransferOrder
        /// Nil in the closed model: latency then counts from the sending.
        let intended: NIODeadline?
    }

    /// A turned-away client of the closed model comes back after this, instead of at once.
    private static var restAfterRejection: TimeAmount { .milliseconds(100) }

    package private(set) var books: Books
    package private(set) var measurement = Measurement()
    package private(set) var samples: SampledReplies
    /// Sent, with an outcome that says nothing about the money.
    package private(set) var unsettled: [TransferOrder] = []

    private let plan: Plan
    private let requests: TransferRequests
    private var picker: TransferPicker
    private let onTick: @Sendable (Measurement, Books) -> Void
    private var began: NIODeadline?
    private var issued = 0
    private var running: [Int: Running] = [:]
    private var resting: [NIODeadline] = []

    package init(
        plan: Plan, requests: TransferRequests, picker: TransferPicker, accounts: Int,
        onTick: @escaping @Sendable (Measurement, Books) -> Void = { _, _ in }
    ) {
        self.plan = plan
        self.requests = requests
        self.picker = picker
        self.books = Books(accounts: accounts)
        self.samples = SampledReplies(seed: UInt64(accounts))
        self.onTick = onTick
    }

    // MARK: Sending

    package mutating func next(at now: NIODeadline, into request: inout ByteBuffer) -> WireStep {
        let began = began ?? begin(at: now)
        if isOver(at: now, began) {
            noteUnsent(at: end(began) ?? now, began)
            return .done
        }
        var intended: NIODeadline?
        if let start = plan.pace.start(of: issued) {
            let due = began + start
            if due > now { return .wait(until: min(due, end(began) ?? due)) }
            intended = due
        } else if let end = rest(at: now) {
            return .wait(until: end)
        }
        let order = picker.next()
        running[order.number] = Running(order: order, intended: intended)
        issued += 1
        requests.write(order, into: &request)
        return .send(ticket: order.number)
    }

    private mutating func begin(at now: NIODeadline) -> NIODeadline {
        began = now
        measurement.begin(at: now + plan.warmUp)
        return now
    }

    private func isOver(at now: NIODeadline, _ began: NIODeadline) -> Bool {
        switch plan.limit {
        case .count(let count): issued >= count
        case .seconds: end(began).map { now >= $0 } ?? true
        }
    }

    private func end(_ began: NIODeadline) -> NIODeadline? {
        guard case .seconds(let seconds) = plan.limit else { return nil }
        return began + plan.warmUp + .nanoseconds(Int64(seconds * 1e9))
    }

    /// When the next resting connection may send again, if all that are free have to rest.
    private mutating func rest(at now: NIODeadline) -> NIODeadline? {
        resting.removeAll { $0 <= now }
        return running.count + resting.count >= plan.connections ? resting.min() : nil
    }

    /// What was due in the open model and never sent counts as having waited until the end.
    private mutating func noteUnsent(at now: NIODeadline, _ began: NIODeadline) {
        guard case .seconds = plan.limit, let due = plan.pace.due(after: now - began) else {
            return
        }
        while issued < due, let start = plan.pace.start(of: issued), began + start < now {
            measurement.noteUnsent(waited: now - (began + start))
            issued += 1
        }
    }

    // MARK: Outcomes

    package mutating func finished(
        ticket: Int, outcome: WireOutcome, sent: NIODeadline, at now: NIODeadline
    ) {
        guard let request = running.removeValue(forKey: ticket) else { return }
        let verdict = WireVerdict(outcome)
        books.enter(request.order, verdict)
        measurement.note(verdict, latency: now - (request.intended ?? sent), at: now)
        switch verdict {
        case .posted, .refused:
            if case .reply(let reply) = outcome { samples.consider(request.order, reply) }
        case .unknown: unsettled.append(request.order)
        case .rejected: if plan.pace == .closed { resting.append(now + Self.restAfterRejection) }
        }
    }

    package mutating func tick(at now: NIODeadline) {
        guard let began, now >= began else { return }
        measurement.tick(at: now)
        onTick(measurement, books)
    }

    /// Ends the measurement when the driver is done.
    package mutating func end(at now: NIODeadline) {
        measurement.end(at: began.flatMap { end($0) } ?? now)
    }
}
