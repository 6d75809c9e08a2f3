import BankAPI
import Ledger
import ServiceKit

/// The largest texts that callers may send, in UTF-8 bytes.
enum TextLimit {
    static let code = 100
    static let description = 500
    static let externalReference = 100
    static let reason = 500
    static let typeName = 1...200
}

/// The body of `POST /accounts`.
struct OpenAccountRequest: Sendable {
    var type: AccountTypeCode?
    var currency: Currency?
    var description: String?
    var customerID: CustomerID?

    /// - Parameter types: those that there are.
    init(_ fields: inout JSONFields, types: Set<AccountTypeCode>) {
        type = fields.accountType("type", of: types)
        currency = fields.currency("currency")
        description = fields.string("description", bytes: 0...TextLimit.description)
        customerID = fields.identifier("customerId")
    }
}

/// The body of `PUT /accounts/{id}/status`.
struct AccountStatusRequest: Sendable {
    let change: AccountChange

    /// Closing is a DELETE.
    enum Status: String, CaseIterable {
        case active, frozen, dormant
    }

    init?(_ fields: inout JSONFields) {
        let text = fields.requiredValue("status")
        let status = fields.choice("status", Status.self)
        let reason = fields.requiredString("reason", bytes: 1...TextLimit.reason)
        guard text != nil, let status, let reason,
            let ledgerStatus = AccountStatus(rawValue: status.rawValue)
        else { return nil }
        change = .status(ledgerStatus, reason: reason)
    }
}

extension AccountLimits {
    /// The body of `PUT /accounts/{id}/limits`: what is left out stays as it is.
    init(_ fields: inout JSONFields) {
        let overdraft = fields.integer("overdraftLimit", in: 0...Money.minorUnitsMax)
        let dailyDebit = fields.integer("dailyDebitLimit", in: 0...Money.minorUnitsMax)
        if overdraft == nil, dailyDebit == nil, fields.faults.isEmpty {
            fields.add("", .required, "overdraftLimit or dailyDebitLimit is required.")
        }
        self.init(overdraft: overdraft, dailyDebit: dailyDebit)
    }
}

extension AccountFilter {
    /// - Parameter types: those that there are.
    init(_ query: inout QueryParameters, types: Set<AccountTypeCode>) {
        self.init(
            customerID: query.identifier("customerId"),
            number: query.value("number", .invalidAccount, expected: "An account number") {
                AccountNumber($0)
            },
            type: query.value("type", .invalidValue, expected: "An account type") { text in
                types.first { $0.rawValue == text }
            },
            currency: query.value("currency", .invalidCurrency, expected: "A currency (ISO 4217)") {
                Currency($0)
            },
            status: query.choice("status"))
    }
}

extension JSONFields {
    mutating func identifier<Kind: IdentifierKind>(
        _ name: String, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) -> Identifier<Kind>? {
        guard let value = value(name) else { return nil }
        if let id = value.string.flatMap({ Identifier<Kind>($0) }) { return id }
        add(name, .invalidIdentifier, "An identifier (\(Kind.prefix)_…) is expected.")
        return nil
    }

    mutating func accountType(
        _ name: String, of types: Set<AccountTypeCode>
    ) -> AccountTypeCode? {
        guard let value = value(name) else { return nil }
        if let type = types.first(where: { $0.rawValue == value.string }) { return type }
        add(name, .invalidValue, "A code of GET /account-types is expected.")
        return nil
    }
}
