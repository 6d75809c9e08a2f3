/// A kind of order, and what limits all orders of it.
package struct TransactionType: Hashable, Sendable {
    package let code: TransactionTypeCode
    package var name: String
    package var description: String?
    package var amounts: AmountLimits
    package var status: TransactionTypeStatus
    /// At most one for each account type. Types of accounts that have none may do both.
    package var rules: [TransactionTypeRule]

    package init(
        code: TransactionTypeCode, name: String, description: String? = nil,
        amounts: AmountLimits = .none, status: TransactionTypeStatus = .active,
        rules: [TransactionTypeRule] = []
    ) {
        self.code = code
        self.name = name
        self.description = description
        self.amounts = amounts
        self.status = status
        self.rules = rules
    }
}

/// Orders of an `inactive` type are refused.
package enum TransactionTypeStatus: String, Hashable, Sendable, CaseIterable {
    case active, inactive
}

/// Which sides of an order accounts of one type may be.
package struct TransactionTypeRule: Hashable, Sendable {
    package let accountType: AccountTypeCode
    package let debitAllowed: Bool
    package let creditAllowed: Bool

    package init(
        accountType: AccountTypeCode, debitAllowed: Bool = true, creditAllowed: Bool = true
    ) {
        self.accountType = accountType
        self.debitAllowed = debitAllowed
        self.creditAllowed = creditAllowed
    }
}

/// What is to be changed of a transaction type. Nil: it stays as it is.
package struct TransactionTypeChange: Hashable, Sendable {
    package var name: String?
    package var description: String?
    package var amounts: AmountLimits
    package var status: TransactionTypeStatus?
    /// All of them anew.
    package var rules: [TransactionTypeRule]?

    package init(
        name: String? = nil, description: String? = nil, amounts: AmountLimits = .none,
        status: TransactionTypeStatus? = nil, rules: [TransactionTypeRule]? = nil
    ) {
        self.name = name
        self.description = description
        self.amounts = amounts
        self.status = status
        self.rules = rules
    }
}

extension TransactionType {
    func changed(by change: TransactionTypeChange) -> TransactionType {
        TransactionType(
            code: code, name: change.name ?? name,
            description: change.description ?? description,
            amounts: amounts.changed(by: change.amounts), status: change.status ?? status,
            rules: change.rules ?? rules)
    }

    /// Whether money may go from the one account to the other by the type's rules. The bank's
    /// own accounts have none.
    func allows(from: Account, to: Account) -> Bool {
        rules.allSatisfy { rule in
            (rule.debitAllowed || rule.accountType != from.type)
                && (rule.creditAllowed || rule.accountType != to.type)
        }
    }
}
