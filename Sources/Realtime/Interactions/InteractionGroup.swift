package import Ledger

/// Records that are stored as one: of the same happening, each on another socket.
///
/// A message that goes to a thousand sockets is a thousand records, which differ in nothing but
/// the socket. Kept one by one they would cost the database more than the sending costs.
package struct InteractionGroup: Hashable, Sendable {
    package let first: InteractionRecord
    package let others: ArraySlice<LoggedSocket>

    package init(_ first: InteractionRecord, others: ArraySlice<LoggedSocket> = []) {
        self.first = first
        self.others = others
    }

    package var count: Int { others.count + 1 }

    /// The sockets in the order of the records.
    package var sockets: [LoggedSocket] {
        let socket = LoggedSocket(
            connectionID: first.connectionID, customerID: first.customerID,
            sessionID: first.sessionID)
        return [socket] + others
    }

    /// In the order of their identifiers.
    package var records: [InteractionRecord] {
        [first] + zip(1..., others).map { first.next($0, on: $1) }
    }
}

/// The socket that a record is of, and whose it is.
package struct LoggedSocket: Hashable, Sendable {
    package let connectionID: ConnectionID
    package let customerID: CustomerID?
    package let sessionID: SessionID?

    package init(connectionID: ConnectionID, customerID: CustomerID?, sessionID: SessionID?) {
        self.connectionID = connectionID
        self.customerID = customerID
        self.sessionID = sessionID
    }
}

extension InteractionID {
    /// The others of a group have the identifiers after the first one's: 16 bits are left for them.
    package static func first(of id: InteractionID) -> InteractionID {
        InteractionID(high: id.high, low: id.low & ~0xFFFF)
    }

    fileprivate func next(_ place: Int) -> InteractionID {
        InteractionID(high: high, low: low | UInt64(truncatingIfNeeded: place) & 0xFFFF)
    }
}

extension InteractionRecord {
    fileprivate func next(_ place: Int, on socket: LoggedSocket) -> InteractionRecord {
        var record = InteractionRecord(
            id: id.next(place), at: at, kind: kind, requestID: requestID,
            connectionID: socket.connectionID, customerID: socket.customerID,
            sessionID: socket.sessionID)
        record.accountID = accountID
        record.transactionID = transactionID
        record.seq = seq
        record.latencyMilliseconds = latencyMilliseconds
        record.data = data
        record.code = code
        return record
    }
}
