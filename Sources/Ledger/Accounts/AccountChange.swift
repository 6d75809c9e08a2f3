/// What can be changed of an account without moving money.
package enum AccountChange: Hashable, Sendable {
    case description(String?)
    /// `active`, `frozen` or `dormant`, by staff. The reason is told to the owner.
    case status(AccountStatus, reason: String)
    /// By staff.
    case limits(AccountLimits)
    /// For ever, if it may be: zero balance, nothing held.
    case close
}

/// New limits of an account, minor units, 0…2^53−1 each. Nil: it stays as it is.
package struct AccountLimits: Hashable, Sendable {
    package let overdraft: Int64?
    package let dailyDebit: Int64?

    package init(overdraft: Int64? = nil, dailyDebit: Int64? = nil) {
        self.overdraft = overdraft
        self.dailyDebit = dailyDebit
    }

    var areInRange: Bool {
        [overdraft, dailyDebit].allSatisfy { $0.map { 0...Money.minorUnitsMax ~= $0 } != false }
    }
}

/// Who asked for a command, in which request, and when.
package struct Origin: Hashable, Sendable {
    package let initiator: Initiator
    package let requestID: String
    package let receivedAt: Timestamp

    package init(initiator: Initiator, requestID: String, receivedAt: Timestamp) {
        self.initiator = initiator
        self.requestID = requestID
        self.receivedAt = receivedAt
    }
}
