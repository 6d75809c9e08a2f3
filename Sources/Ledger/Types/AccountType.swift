/// A kind of account, and what limits all accounts of it.
package struct AccountType: Hashable, Sendable {
    package let code: AccountTypeCode
    package var name: String
    package var description: String?
    /// Of orders that debit or credit such an account.
    package var amounts: AmountLimits
    /// The largest sum of debits in one UTC day, minor units, of accounts without a limit of
    /// their own. Nil: no limit.
    package var dailyDebitLimit: Int64?
    /// Whether such an account may be given an overdraft. One that has it keeps it.
    package var overdraftAllowed: Bool

    package init(
        code: AccountTypeCode, name: String, description: String? = nil,
        amounts: AmountLimits = .none, dailyDebitLimit: Int64? = nil,
        overdraftAllowed: Bool = true
    ) {
        self.code = code
        self.name = name
        self.description = description
        self.amounts = amounts
        self.dailyDebitLimit = dailyDebitLimit
        self.overdraftAllowed = overdraftAllowed
    }
}

/// What is to be changed of an account type. Nil: it stays as it is.
package struct AccountTypeChange: Hashable, Sendable {
    package var name: String?
    package var description: String?
    package var amounts: AmountLimits
    package var dailyDebitLimit: Int64?
    package var overdraftAllowed: Bool?

    package init(
        name: String? = nil, description: String? = nil, amounts: AmountLimits = .none,
        dailyDebitLimit: Int64? = nil, overdraftAllowed: Bool? = nil
    ) {
        self.name = name
        self.description = description
        self.amounts = amounts
        self.dailyDebitLimit = dailyDebitLimit
        self.overdraftAllowed = overdraftAllowed
    }
}

extension AccountType {
    func changed(by change: AccountTypeChange) -> AccountType {
        AccountType(
            code: code, name: change.name ?? name,
            description: change.description ?? description,
            amounts: amounts.changed(by: change.amounts),
            dailyDebitLimit: change.dailyDebitLimit ?? dailyDebitLimit,
            overdraftAllowed: change.overdraftAllowed ?? overdraftAllowed)
    }
}

extension AmountLimits {
    func changed(by change: AmountLimits) -> AmountLimits {
        AmountLimits(
            minimum: change.minimum ?? minimum, maximum: change.maximum ?? maximum)
    }
}
