import BankAPI
import Ledger
import ServiceKit

/// The body of `POST /transactions`, checked as far as it can be without looking at accounts.
struct OrderRequest: Sendable {
    let type: TransactionTypeCode
    /// Nil where the bank's own cash account stands.
    let from: AccountReference?
    let to: AccountReference?
    let amount: Money
    let details: Details

    /// - Parameter types: those that there are, by ``KnownTypes/orderTypes(asked:)``.
    init?(_ fields: inout JSONFields, types: Set<TransactionTypeCode>) {
        let type = fields.orderType("type", of: types)
        let from = fields.account("from", isNeeded: type.map { $0 != .deposit })
        let to = fields.account("to", isNeeded: type.map { $0 != .withdrawal })
        let minorUnits = fields.requiredAmount("amount")
        let hasCurrency = fields.requiredValue("currency") != nil
        let currency = fields.currency("currency")
        let details = Details(
            externalReference: fields.string(
                "externalReference", bytes: 1...TextLimit.externalReference),
            channel: fields.choice("channel"),
            description: fields.string("description", bytes: 0...TextLimit.description),
            metadata: fields.metadata("metadata"))
        guard hasCurrency, let type, let minorUnits, let currency else { return nil }
        self.type = type
        self.from = from
        self.to = to
        self.amount = Money(minorUnits: minorUnits, currency: currency)
        self.details = details
    }

    /// The same text for the same request, however it was written.
    var canonicalText: [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                json.member("endpoint", "POST /transactions")
                json.member("type", type.rawValue)
                json.member("from", from?.text)
                json.member("to", to?.text)
                json.member("amount", amount.minorUnits)
                json.member("currency", amount.currency.code)
                json.member("externalReference", details.externalReference)
                json.member("channel", details.channel?.rawValue)
                json.member("description", details.description)
                json.member("metadata", details.metadata)
            }
        }
    }
}

extension AccountReference {
    var text: String {
        switch self {
        case .id(let id): id.description
        case .number(let number): number.description
        case .cash(let currency): currency.code
        }
    }
}

extension JSONFields {
    fileprivate mutating func orderType(
        _ name: String, of types: Set<TransactionTypeCode>
    ) -> TransactionTypeCode? {
        guard let value = requiredValue(name) else { return nil }
        let type = value.string.map { TransactionTypeCode(rawValue: $0) }
        if let type, types.contains(type) { return type }
        add(name, .invalidValue, "A code of GET /transaction-types is expected, no hold.")
        return nil
    }

    /// An account's id or number. `isNeeded` nil: not known, for want of a type.
    mutating func account(_ name: String, isNeeded: Bool?) -> AccountReference? {
        let value = isNeeded == true ? requiredValue(name) : value(name)
        guard let value else { return nil }
        if isNeeded == false {
            add(name, .invalidValue, "This side is the bank's own: leave it out.")
            return nil
        }
        guard let text = value.string else {
            add(name, .wrongType, "A string is expected.")
            return nil
        }
        if let id = AccountID(text) { return .id(id) }
        if let number = AccountNumber(text) { return .number(number) }
        add(name, .invalidAccount, "An account's id (acc_…) or number (ten digits) is expected.")
        return nil
    }
}
