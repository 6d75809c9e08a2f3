import Ledger

/// A journal entry that went out to sockets of one loop (or into their queues, in their order):
/// what their records need. Noted by the fan-out; the records are made later, by the log.
package struct SentPushes: Sendable {
    let delivery: Delivery
    let sockets: [LoggedSocket]

    /// More of them are more than one of these.
    static let socketsMax = 1_000

    /// Nil if there are no sockets.
    func group(_ identifiers: IdentifierGenerator) -> InteractionGroup? {
        guard let socket = sockets.first else { return nil }
        let (event, at) = (delivery.event, delivery.at)
        var first = InteractionRecord(
            id: .first(of: identifiers.next(at: at)), at: at, kind: .pushSent,
            requestID: event.transaction.requestID, connectionID: socket.connectionID,
            customerID: socket.customerID, sessionID: socket.sessionID)
        first.accountID = delivery.accountID
        first.transactionID = event.transaction.id
        first.seq = delivery.seq
        first.latencyMilliseconds = at.millisecondsSince(event.transaction.committedAt)
        first.data = "{\"seenAt\":\"\(event.seenAt)\"}"
        return InteractionGroup(first, others: sockets.dropFirst())
    }
}

extension Timestamp {
    /// Not below 0: clocks are set back.
    func millisecondsSince(_ start: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? 0 : max(difference, 0)
    }
}
