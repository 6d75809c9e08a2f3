/// What can be changed of an account beside its balance.
package enum AccountChange: Hashable, Sendable {
    /// `active`, `frozen` or `dormant`; the owner may not, staff may. The reason goes no further
    /// than the notice's request.
    case status(AccountStatus)
    case description(String?)
    case limits(AccountLimits)
    /// Zero balance and nothing held, or it is rejected.
    case close
}

/// Minor units, 0…2^53−1.
package struct AccountLimits: Hashable, Sendable {
    package var overdraftLimit: Int64
    /// Nil: no limit.
    package var dailyDebitLimit: Int64?

    package init(overdraftLimit: Int64, dailyDebitLimit: Int64? = nil) {
        self.overdraftLimit = overdraftLimit
        self.dailyDebitLimit = dailyDebitLimit
    }
}
