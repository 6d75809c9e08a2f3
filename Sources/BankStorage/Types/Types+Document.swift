import BSON
import Ledger

/// Shape: `{_id, name, description?, minimum?, maximum?, dailyLimit?, overdraft}`; `_id` is the
/// code, money in minor units.
extension AccountType {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            code: try document.code("_id"), name: try document.string("name"),
            description: try document.optionalString("description"),
            amounts: try AmountLimits(in: document),
            dailyDebitLimit: try document.optionalInt64("dailyLimit"),
            overdraftAllowed: try document.bool("overdraft"))
    }

    var document: BSONDocument {
        BSONDocument { writer in
            writer.append("_id", code.rawValue)
            writer.append("name", name)
            writer.append("description", ifAny: description)
            amounts.append(to: &writer)
            writer.append("dailyLimit", ifAny: dailyDebitLimit)
            writer.append("overdraft", overdraftAllowed)
        }
    }
}

/// Shape: `{_id, name, description?, minimum?, maximum?, status, rules: [{type, debit, credit}]}`;
/// `_id` is the code, money in minor units.
extension TransactionType {
    init(document: BSONDocument) throws(BSONError) {
        var rules: [TransactionTypeRule] = []
        for rule in try document.documents("rules") {
            rules.append(
                TransactionTypeRule(
                    accountType: try rule.code("type"), debitAllowed: try rule.bool("debit"),
                    creditAllowed: try rule.bool("credit")))
        }
        self.init(
            code: try document.code("_id"), name: try document.string("name"),
            description: try document.optionalString("description"),
            amounts: try AmountLimits(in: document), status: try document.code("status"),
            rules: rules)
    }

    var document: BSONDocument {
        let rules = rules.map { rule -> BSONDocument in
            [
                "type": .string(rule.accountType.rawValue), "debit": .bool(rule.debitAllowed),
                "credit": .bool(rule.creditAllowed),
            ]
        }
        return BSONDocument { writer in
            writer.append("_id", code.rawValue)
            writer.append("name", name)
            writer.append("description", ifAny: description)
            amounts.append(to: &writer)
            writer.append("status", status.rawValue)
            writer.append("rules", .documents(rules))
        }
    }
}

extension AmountLimits {
    fileprivate init(in document: BSONDocument) throws(BSONError) {
        self.init(
            minimum: try document.optionalInt64("minimum"),
            maximum: try document.optionalInt64("maximum"))
    }

    fileprivate func append(to writer: inout BSONWriter) {
        writer.append("minimum", ifAny: minimum)
        writer.append("maximum", ifAny: maximum)
    }
}
