package import Ledger

/// Records that are stored as one: of the same happening, each on another socket.
///
/// A message that goes to a thousand sockets is a thousand records, which differ in nothing but
/// the socket. Kept one by one they would cost the database more than the sending costs.
package struct InteractionGroup: Sendable {
    package let first: InteractionRecord
    /// The first record's and the others', in their order; nil when it is alone.
    package let sockets: SocketSet?

    package init(_ first: InteractionRecord, on sockets: SocketSet? = nil) {
        self.first = first
        self.sockets = sockets
    }

    package var count: Int { sockets?.sockets.count ?? 1 }

    /// In the order of their identifiers.
    package var records: [InteractionRecord] {
        guard let sockets else { return [first] }
        return [first] + zip(1..., sockets.sockets.dropFirst()).map { first.next($0, on: $1) }
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
