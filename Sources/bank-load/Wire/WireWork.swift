package import NIOCore

/// What a ``WireDriver`` sends: the next request, and what to do with its outcome.
///
/// A value or object used on one event loop only. Requests are told apart by tickets, which the
/// work chooses; a connection has one request at a time.
package protocol WireWork {
    /// Gives a free connection its next step; for `.send` the whole request is in `request`.
    mutating func next(at now: NIODeadline, into request: inout ByteBuffer) -> WireStep
    mutating func finished(
        ticket: Int, outcome: WireOutcome, sent: NIODeadline, at now: NIODeadline)
    /// Called about once a second, for progress.
    mutating func tick(at now: NIODeadline)
}

extension WireWork {
    package mutating func tick(at now: NIODeadline) {}
}

package enum WireStep: Equatable, Sendable {
    /// Send what was written and report its outcome under this ticket.
    case send(ticket: Int)
    /// Nothing is due; ask again at this time, or when an outcome has been reported.
    case wait(until: NIODeadline)
    /// Nothing will be due any more, but for what outcomes of running requests bring about.
    case idle
    /// All is done: requests still running are waited for, their outcomes reported.
    case done
}
