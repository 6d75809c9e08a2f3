package import Ledger

/// A journal entry that went out to sockets of one loop (or into their queues, in their order):
/// what their records need, and nothing of the messages. Noted by the fan-out; the records are
/// made later, by the log.
package struct SentPushes: Sendable {
    package let sockets: SocketSet
    /// Whether it is the first that names them.
    package let isFirst: Bool
    package let accountID: AccountID
    package let seq: Int64
    package let at: Timestamp
    private let seenAt: Timestamp
    private let committedAt: Timestamp
    private let transactionID: TransactionID
    private let requestID: String

    init(_ delivery: Delivery, to sockets: SocketSet, isFirst: Bool) {
        self.sockets = sockets
        self.isFirst = isFirst
        self.accountID = delivery.accountID
        self.seq = delivery.seq
        self.at = delivery.at
        self.seenAt = delivery.event.seenAt
        self.committedAt = delivery.event.transaction.committedAt
        self.transactionID = delivery.event.transaction.id
        self.requestID = delivery.event.transaction.requestID
    }

    /// What it takes of the log's memory and of the storage, in records: the sockets, or once they
    /// are known only whose they are.
    package var weight: Int { isFirst ? sockets.sockets.count : max(sockets.customers.count, 1) }

    /// Nil if there are no sockets.
    func group(_ identifiers: IdentifierGenerator) -> InteractionGroup? {
        guard let socket = sockets.sockets.first else { return nil }
        var first = InteractionRecord(
            id: .first(of: identifiers.next(at: at)), at: at, kind: .pushSent,
            requestID: requestID, connectionID: socket.connectionID,
            customerID: socket.customerID, sessionID: socket.sessionID)
        first.accountID = accountID
        first.transactionID = transactionID
        first.seq = seq
        first.latencyMilliseconds = at.millisecondsSince(committedAt)
        first.data = "{\"seenAt\":\"\(seenAt)\"}"
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
