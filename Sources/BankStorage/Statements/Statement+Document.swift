import BSON
import BankCore
import Ledger

/// Shape: `{_id, account, customer?, requestedBy, request, from, until, format, status,
/// createdAt, expiresAt, attempts?, lease?, leaseUntil?, readyAt?, bytes?, file?}`; `file` names
/// the attempt's pieces.
extension Statement {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), accountID: try document.identifier("account"),
            customerID: try document.optionalIdentifier("customer"),
            requestedBy: try document.identifier("requestedBy"),
            requestID: try document.string("request"),
            period: StatementPeriod(
                from: try document.time("from"), until: try document.time("until")),
            format: try document.code("format"), createdAt: try document.time("createdAt"))
        status = try document.code("status")
        readyAt = try document.optionalTime("readyAt")
        bytes = try document.optionalInt64("bytes")
    }

    /// As it begins.
    var document: BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id)
            writer.append("account", accountID)
            writer.append("customer", ifAny: customerID)
            writer.append("requestedBy", requestedBy)
            writer.append("request", requestID)
            writer.append("from", period.from)
            writer.append("until", period.until)
            writer.append("format", format.rawValue)
            writer.append("status", status.rawValue)
            writer.append("createdAt", createdAt)
            writer.append("expiresAt", createdAt.advanced(bySeconds: MongoStatements.keptSeconds))
        }
    }
}

extension StatementJob {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            statement: try Statement(document: document),
            attempt: try document.int64("attempts"), lease: try document.string("lease"))
    }

    /// The name of the pieces that this attempt writes.
    var file: String { Self.file(of: statement.id, attempt: attempt) }

    static func file(of id: StatementID, attempt: Int64) -> String { "\(id)/\(attempt)" }

    /// The job, as long as it is ours.
    var filter: BSONDocument {
        [
            "_id": .identifier(statement.id), "lease": .string(lease),
            "status": .string(Statement.Status.pending.rawValue),
        ]
    }
}
