package import Ledger

/// A journal entry that went out to one socket (or into its queue, in its order): what its record
/// needs. Noted for each socket of a fan-out; the record is made later, by the log.
package struct SentPush: Sendable {
    package let connectionID: ConnectionID
    package let customerID: CustomerID?
    package let sessionID: SessionID?
    package let delivery: Delivery

    func record(_ identifiers: IdentifierGenerator) -> InteractionRecord {
        let (event, at) = (delivery.event, delivery.at)
        var record = InteractionRecord(
            id: identifiers.next(at: at), at: at, kind: .pushSent,
            requestID: event.transaction.requestID, connectionID: connectionID,
            customerID: customerID, sessionID: sessionID)
        record.accountID = delivery.accountID
        record.transactionID = event.transaction.id
        record.seq = delivery.seq
        record.latencyMilliseconds = at.millisecondsSince(event.transaction.committedAt)
        record.data = "{\"seenAt\":\"\(event.seenAt)\"}"
        return record
    }
}

extension Timestamp {
    /// Not below 0: clocks are set back.
    func millisecondsSince(_ start: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? 0 : max(difference, 0)
    }
}
