package import BSON
package import Ledger

/// Shape: `{_id, number, customer?, holder, type, currency, description?, status, posted, held,
/// overdraft, dailyLimit?, debitDay, debitTotal, seq, createdAt, updatedAt}`; money in minor
/// units.
extension Account {
    package init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            id: try fields.identifier("_id"),
            number: try fields.accountNumber("number"),
            customerID: try fields.optionalIdentifier("customer"),
            holderName: try fields.string("holder"),
            type: try fields.code("type"),
            currency: try fields.currency("currency"),
            description: try fields.optionalString("description"),
            status: try fields.code("status"),
            posted: try fields.int64("posted"),
            held: try fields.int64("held"),
            overdraftLimit: try fields.int64("overdraft"),
            dailyDebitLimit: try fields.optionalInt64("dailyLimit"),
            debits: DailyTotal(
                day: try fields.int64("debitDay"),
                minorUnits: try fields.int64("debitTotal")),
            seq: try fields.int64("seq"),
            createdAt: try fields.time("createdAt"),
            updatedAt: try fields.time("updatedAt"))
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
                if dailyDebitLimit != before.dailyDebitLimit {
                    set.append("dailyLimit", ifAny: dailyDebitLimit)
                }
                if holderName != before.holderName { set.append("holder", holderName) }
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

extension BSONFields {
    fileprivate mutating func accountNumber(
        _ field: StaticString
    ) throws(BSONError) -> AccountNumber {
        guard let number = AccountNumber(try string(field)) else {
            throw .type(field: field.description)
        }
        return number
    }
}
