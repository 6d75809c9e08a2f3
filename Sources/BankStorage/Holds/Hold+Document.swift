import BSON
import Ledger

/// Shape: `{_id, from, to, amount, captured, currency, status, expiresAt, request, createdAt,
/// parties}`. `from`, `to` as in the journal. `status` and `captured` change once: with the entry
/// that settles the hold. `parties` are both accounts and both customers.
extension Hold {
    init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            id: try fields.identifier("_id"),
            from: try Party(document: try fields.document("from")),
            to: try Party(document: try fields.document("to")),
            amount: Money(
                minorUnits: try fields.int64("amount"), currency: try fields.currency("currency")),
            requestID: try fields.string("request"),
            createdAt: try fields.time("createdAt"),
            expiresAt: try fields.time("expiresAt"),
            status: try fields.code("status"), captured: try fields.int64("captured"))
    }

    var document: BSONDocument {
        BSONDocument(capacity: 768) { writer in
            writer.append("_id", id)
            writer.document("from", from.append)
            writer.document("to", to.append)
            writer.append("amount", amount.minorUnits)
            writer.append("currency", amount.currency.code)
            writer.append("request", requestID)
            writer.append("createdAt", createdAt)
            writer.append("expiresAt", expiresAt)
            writer.append("status", status.rawValue)
            writer.append("captured", captured)
            writer.append("parties", .strings(parties))
        }
    }

    private var parties: [String] {
        let accounts = [from, to].compactMap(\.accountID?.description)
        let customers = Set([from, to].compactMap(\.customerID?.description))
        return accounts + customers.sorted()
    }
}
