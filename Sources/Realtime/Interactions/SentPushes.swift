import Ledger

/// A journal entry that went out to sockets of one loop (or into their queues, in their order):
/// what their records need. Noted by the fan-out; the records are made later, by the log.
package struct SentPushes: Sendable {
    package let delivery: Delivery
    package let sockets: SocketSet
    /// Whether it is the first that names them.
    package let isFirst: Bool

    /// What it takes of the log's memory and of the storage, in records: the sockets, or once they
    /// are known only whose they are.
    package var weight: Int { isFirst ? sockets.sockets.count : max(sockets.customers.count, 1) }

    /// Nil if there are no sockets.
    func group(_ identifiers: IdentifierGenerator) -> InteractionGroup? {
        guard let socket = sockets.sockets.first else { return nil }
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
        return InteractionGroup(first, on: sockets)
    }
}

extension Timestamp {
    /// Not below 0: clocks are set back.
    func millisecondsSince(_ start: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? 0 : max(difference, 0)
    }
}
