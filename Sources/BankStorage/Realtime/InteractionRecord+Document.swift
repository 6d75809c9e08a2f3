package import BSON
import Ledger
package import Realtime

/// Shape: `{_id, at, expiresAt, kind, outcome, request, connection, customer?, session?,
/// account?, transaction?, seq?, latency?, data?, code?}`; `data` is JSON text.
extension InteractionRecord {
    package init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), at: try document.time("at"),
            kind: try document.code("kind"),
            requestID: try document.string("request"),
            connectionID: try document.identifier("connection"),
            customerID: try document.optionalIdentifier("customer"),
            sessionID: try document.optionalIdentifier("session"))
        accountID = try document.optionalIdentifier("account")
        transactionID = try document.optionalIdentifier("transaction")
        seq = try document.optionalInt64("seq")
        latencyMilliseconds = try document.optionalInt64("latency")
        data = try document.optionalString("data")
        code = try document.optionalString("code")
    }

    package func document(keptSeconds: Int64) -> BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id)
            writer.append("at", at)
            writer.append("expiresAt", at.advanced(bySeconds: keptSeconds))
            writer.append("kind", kind.rawValue)
            writer.append("outcome", outcome)
            writer.append("request", requestID)
            writer.append("connection", connectionID)
            writer.append("customer", ifAny: customerID)
            writer.append("session", ifAny: sessionID)
            writer.append("account", ifAny: accountID)
            writer.append("transaction", ifAny: transactionID)
            writer.append("seq", ifAny: seq)
            writer.append("latency", ifAny: latencyMilliseconds)
            writer.append("data", ifAny: data)
            writer.append("code", ifAny: code)
        }
    }
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
    func query(after: InteractionID?, beyond: AccountID? = nil) -> BSONDocument {
        let first = from.map { Self.identifier($0, plus: -Self.identifierSlack) }
        let last = [after, until.map { Self.identifier($0, plus: Self.identifierSlack) }]
            .compactMap { $0 }.min()
        return BSONDocument { query in
            query.append("request", ifAny: requestID)
            query.append("customer", ifAny: customerID)
            query.append("account", ifAny: accountID)
            if let beyond { query.document("account") { $0.append("$gt", beyond) } }
            query.append("connection", ifAny: connectionID)
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
