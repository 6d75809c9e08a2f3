package import BSON
import Ledger
package import Realtime

/// Shape: `{_id, at, expiresAt, kind, outcome, request, connection, customer?, session?,
/// account?, transaction?, seq?, latency?, data?, code?}`; `data` is JSON text.
extension InteractionRecord {
    package init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), at: try document.time("at"),
            kind: try document.code("kind"), isError: try document.string("outcome") == "error",
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
    /// - Parameter after: only records older than this one.
    func query(after: InteractionID?) -> BSONDocument {
        BSONDocument { query in
            query.append("request", ifAny: requestID)
            query.append("customer", ifAny: customerID)
            query.append("account", ifAny: accountID)
            query.append("connection", ifAny: connectionID)
            query.append("transaction", ifAny: transactionID)
            query.append("kind", ifAny: kind?.rawValue)
            if errorsOnly { query.append("outcome", "error") }
            if from != nil || until != nil {
                query.document("at") { range in
                    if let from { range.append("$gte", from) }
                    if let until { range.append("$lt", until) }
                }
            }
            if let after {
                query.document("_id") { $0.append("$lt", after) }
            }
        }
    }
}
