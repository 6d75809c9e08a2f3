import BSON
import Ledger
import Realtime

/// Shape: `{_id, at, expiresAt, kind, outcome, request, connection, customer?, session?,
/// account?, transaction?, seq?, latency?, data?, code?}`; `data` is JSON text.
///
/// A group of more than one has, in place of `connection` and `session`, its sockets (below), or if
/// they are many their `set`. Its `customer` is an array of all of them, each once.
extension InteractionGroup {
    /// - Parameter sets: those that the group may name. Nil if it names another.
    init?(
        document: BSONDocument, sets: [SocketSetID: SocketSet] = [:]
    ) throws(BSONError) {
        let sockets = try document.sockets(sets)
        guard let socket = sockets.sockets.first else { return nil }
        var first = InteractionRecord(
            id: try document.identifier("_id"), at: try document.time("at"),
            kind: try document.code("kind"),
            requestID: try document.string("request"),
            connectionID: socket.connectionID, customerID: socket.customerID,
            sessionID: socket.sessionID)
        first.accountID = try document.optionalIdentifier("account")
        first.transactionID = try document.optionalIdentifier("transaction")
        first.seq = try document.optionalInt64("seq")
        first.latencyMilliseconds = try document.optionalInt64("latency")
        first.data = try document.optionalString("data")
        first.code = try document.optionalString("code")
        self.init(first, on: sockets)
    }

    func document(keptSeconds: Int64) -> BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", first.id)
            writer.append("at", first.at)
            writer.append("expiresAt", first.at.advanced(bySeconds: keptSeconds))
            writer.append("kind", first.kind.rawValue)
            writer.append("outcome", first.outcome)
            writer.append("request", first.requestID)
            if let sockets, sockets.sockets.count > 1 {
                if sockets.isShared {
                    writer.append(InteractionFields.set, sockets.id)
                } else {
                    writer.append(InteractionFields.sockets, bytes: sockets.bytes)
                }
                writer.array("customer", sockets.customers) { $0.append($1, $2) }
            } else {
                writer.append("connection", first.connectionID)
                writer.append("customer", ifAny: first.customerID)
                writer.append("session", ifAny: first.sessionID)
            }
            writer.append("account", ifAny: first.accountID)
            writer.append("transaction", ifAny: first.transactionID)
            writer.append("seq", ifAny: first.seq)
            writer.append("latency", ifAny: first.latencyMilliseconds)
            writer.append("data", ifAny: first.data)
            writer.append("code", ifAny: first.code)
        }
    }
}

enum InteractionFields {
    static let sockets = "sockets"
    static let set = "set"
}

extension BSONDocument {
    fileprivate func sockets(
        _ sets: [SocketSetID: SocketSet]
    ) throws(BSONError) -> SocketSet {
        let group: InteractionID = try identifier("_id")
        let own = SocketSetID(high: group.high, low: group.low)
        if let bytes = try optionalBytes(InteractionFields.sockets) {
            return SocketSet(own, try LoggedSocket.all(in: bytes))
        }
        if let set: SocketSetID = try optionalIdentifier(InteractionFields.set) {
            return sets[set] ?? SocketSet(set, [])
        }
        let socket = LoggedSocket(
            connectionID: try identifier("connection"),
            customerID: try optionalIdentifier("customer"),
            sessionID: try optionalIdentifier("session"))
        return SocketSet(own, [socket])
    }
}

/// A connection that said whose it is: where to look for the groups it is among.
struct KnownConnection {
    let id: ConnectionID
    let customerID: CustomerID
    /// Nil while it is open.
    let closedAt: Timestamp?

    /// - Parameter newest: of its records those that name its customer, the newest.
    init?(_ newest: InteractionRecord) {
        guard let customerID = newest.customerID else { return nil }
        self.id = newest.connectionID
        self.customerID = customerID
        self.closedAt = newest.kind == .connectionClosed ? newest.at : nil
    }

    var openedAt: Timestamp { id.madeAt }
}

extension InteractionFilter {
    /// A record is written down within so many milliseconds of its `at`, by the same clock; its
    /// identifier says when, so that times are looked for by the indexes, which end in `_id`.
    private static var identifierSlack: Int64 { 60_000 }

    private static func identifier(_ time: Timestamp, plus milliseconds: Int64) -> InteractionID {
        let sum = time.milliseconds.addingReportingOverflow(milliseconds)
        return InteractionID(
            time: Timestamp(milliseconds: sum.overflow ? time.milliseconds : sum.partialValue),
            random: (0, 0))
    }

    /// - Parameters:
    ///   - after: only records older than this one.
    ///   - beyond: only records of accounts that sort after this one.
    ///   - known: what is known of the filter's connection.
    func query(
        after: InteractionID?, beyond: AccountID? = nil, known: KnownConnection? = nil
    ) -> BSONDocument {
        let begin = [from, known?.openedAt].compactMap { $0 }.max()
        let end = [until, known?.closedAt].compactMap { $0 }.min()
        let first = begin.map { Self.identifier($0, plus: -Self.identifierSlack) }
        let last = [after, end.map { Self.identifier($0, plus: Self.identifierSlack) }]
            .compactMap { $0 }.min()
        return BSONDocument { query in
            query.append("request", ifAny: requestID)
            query.append("customer", ifAny: customerID)
            query.append("account", ifAny: accountID)
            if let beyond { query.document("account") { $0.append("$gt", beyond) } }
            if let known {
                // Its own documents, and groups that it may be among.
                let groups: BSONDocument = [
                    "customer": .identifier(known.customerID), "connection": ["$exists": false],
                ]
                let own: BSONDocument = ["connection": .identifier(known.id)]
                query.array("$or", [own, groups]) { $0.append($1, $2) }
            } else {
                query.append("connection", ifAny: connectionID)
            }
            query.append("transaction", ifAny: transactionID)
            query.append("kind", ifAny: kind?.rawValue)
            // Errors are few, and have an index of their own.
            if errorsOnly || kind?.isError == true { query.append("outcome", "error") }
            if from != nil || until != nil {
                query.document("at") { range in
                    if let from { range.append("$gte", from) }
                    if let until { range.append("$lt", until) }
                }
            }
            if first != nil || last != nil {
                query.document("_id") { range in
                    range.append("$gte", ifAny: first)
                    range.append("$lt", ifAny: last)
                }
            }
        }
    }
}
