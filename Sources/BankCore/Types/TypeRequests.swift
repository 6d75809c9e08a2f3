import BankAPI
import Ledger
import ServiceKit

extension AccountType {
    /// The body of `POST /account-types`.
    init?(_ fields: inout JSONFields) {
        let code = fields.newTypeCode()
        let name = fields.requiredLine("name", bytes: TextLimit.typeName)
        let rest = AccountTypeChange(limitsOf: &fields)
        guard let code, let name else { return nil }
        self.init(
            code: AccountTypeCode(rawValue: code), name: name, description: rest.description,
            amounts: rest.amounts, dailyDebitLimit: rest.dailyDebitLimit,
            overdraftAllowed: rest.overdraftAllowed ?? true)
    }
}

extension AccountTypeChange {
    /// The body of `PATCH /account-types/{code}`: what is left out stays as it is.
    init(_ fields: inout JSONFields) {
        let name = fields.line("name", bytes: TextLimit.typeName)
        self.init(limitsOf: &fields)
        self.name = name
    }

    fileprivate init(limitsOf fields: inout JSONFields) {
        self.init(
            description: fields.string("description", bytes: 0...TextLimit.description),
            amounts: AmountLimits(&fields),
            dailyDebitLimit: fields.integer("dailyDebitLimit", in: 0...Money.minorUnitsMax),
            overdraftAllowed: fields.bool("overdraftAllowed"))
    }
}

extension TransactionType {
    /// The body of `POST /transaction-types`.
    init?(_ fields: inout JSONFields) {
        let code = fields.newTypeCode()
        let name = fields.requiredLine("name", bytes: TextLimit.typeName)
        let rest = TransactionTypeChange(limitsOf: &fields)
        guard let code, let name else { return nil }
        self.init(
            code: TransactionTypeCode(rawValue: code), name: name,
            description: rest.description, amounts: rest.amounts,
            status: rest.status ?? .active, rules: rest.rules ?? [])
    }
}

extension TransactionTypeChange {
    /// The body of `PATCH /transaction-types/{code}`: what is left out stays as it is.
    init(_ fields: inout JSONFields) {
        let name = fields.line("name", bytes: TextLimit.typeName)
        self.init(limitsOf: &fields)
        self.name = name
    }

    fileprivate init(limitsOf fields: inout JSONFields) {
        self.init(
            description: fields.string("description", bytes: 0...TextLimit.description),
            amounts: AmountLimits(&fields), status: fields.choice("status"),
            rules: fields.typeRules("rules"))
    }
}

extension AmountLimits {
    fileprivate init(_ fields: inout JSONFields) {
        self.init(
            minimum: fields.integer("minimumAmount", in: 0...Money.minorUnitsMax),
            maximum: fields.integer("maximumAmount", in: 1...Money.minorUnitsMax))
    }
}

extension JSONFields {
    /// A code that a new type may have.
    fileprivate mutating func newTypeCode() -> String? {
        guard let code = requiredString("code", bytes: TypeCode.bytes) else { return nil }
        if !TypeCode.isWellFormed(code) {
            add("code", .invalidValue, "A letter a to z, then letters, digits, - and _.")
        } else if TypeCode.reserved.contains(code) {
            add("code", .invalidValue, "This word has a meaning of its own.")
        } else {
            return code
        }
        return nil
    }

    /// `[{accountType, debitAllowed?, creditAllowed?}]`, one for each account type; what is left
    /// out is allowed.
    fileprivate mutating func typeRules(_ name: String) -> [TransactionTypeRule]? {
        guard let value = value(name) else { return nil }
        guard let values = value.array else {
            add(name, .wrongType, "An array is expected.")
            return nil
        }
        guard values.count <= Catalogue.rulesMax else {
            add(name, .tooMany, "At most \(Catalogue.rulesMax) rules are allowed.")
            return nil
        }
        var named: Set<AccountTypeCode> = []
        var rules: [TransactionTypeRule] = []
        for (index, value) in values.enumerated() {
            var fields = JSONFields(value, pointer: "/\(name)/\(index)")
            if let rule = TransactionTypeRule(&fields) {
                if !named.insert(rule.accountType).inserted {
                    fields.add("accountType", .invalidValue, "It has a rule already.")
                }
                rules.append(rule)
            }
            add(fields.finish())
        }
        return rules
    }
}

extension TransactionTypeRule {
    fileprivate init?(_ fields: inout JSONFields) {
        let type = fields.requiredString("accountType", bytes: 1...TypeCode.bytes.upperBound)
        let debit = fields.bool("debitAllowed")
        let credit = fields.bool("creditAllowed")
        guard let type else { return nil }
        self.init(
            accountType: AccountTypeCode(rawValue: type), debitAllowed: debit ?? true,
            creditAllowed: credit ?? true)
    }
}
