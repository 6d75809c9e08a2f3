package import BSON
package import Ledger

/// Shape: `{_id, number, customer?, holder, type, currency, description?, status, posted, held,
/// overdraft, dailyLimit?, debitDay, debitTotal, seq, createdAt, updatedAt}`; money in minor
/// units.
extension Account {
    package init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"),
            number: try document.value("number", AccountNumber(try document.string("number"))),
            customerID: try document.optionalIdentifier("customer"),
            holderName: try document.string("holder"),
            type: try document.code("type"),
            currency: try document.currency("currency"),
            description: try document.optionalString("description"),
            status: try document.code("status"),
            posted: try document.int64("posted"),
            held: try document.int64("held"),
            overdraftLimit: try document.int64("overdraft"),
            dailyDebitLimit: try document.optionalInt64("dailyLimit"),
            debits: DailyTotal(
                day: try document.int64("debitDay"),
                minorUnits: try document.int64("debitTotal")),
            seq: try document.int64("seq"),
            createdAt: try document.time("createdAt"),
            updatedAt: try document.time("updatedAt"))
    }

    package var document: BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id)
            writer.append("number", number.description)
            writer.append("customer", ifAny: customerID)
            writer.append("holder", holderName)
            writer.append("type", type.rawValue)
            writer.append("currency", currency.code)
            writer.append("description", ifAny: description)
            writer.append("status", status.rawValue)
            writer.append("dailyLimit", ifAny: dailyDebitLimit)
            appendChanging(to: &writer)
            writer.append("createdAt", createdAt)
        }
    }

    /// The update that makes `before`, as storage has it, into this.
    func update(from before: Account) -> BSONDocument {
        BSONDocument(capacity: 256) { writer in
            writer.document("$set") { set in
                appendChanging(to: &set)
                if status != before.status { set.append("status", status.rawValue) }
                if description != before.description {
                    set.append("description", ifAny: description)
                }
            }
            if description == nil, before.description != nil {
                writer.document("$unset") { $0.append("description", "") }
            }
        }
    }

    private func appendChanging(to writer: inout BSONWriter) {
        writer.append("posted", posted)
        writer.append("held", held)
        writer.append("overdraft", overdraftLimit)
        writer.append("debitDay", debits.day)
        writer.append("debitTotal", debits.minorUnits)
        writer.append("seq", seq)
        writer.append("updatedAt", updatedAt)
    }
}
