/// What can be changed of an account without moving money.
package enum AccountChange: Hashable, Sendable {
    case description(String?)
    /// `active`, `frozen` or `dormant`, by staff. The reason is told to the owner.
    case status(AccountStatus, reason: String)
    /// Minor units, 0…2^53−1, by staff.
    case overdraftLimit(Int64)
    /// For ever, if it may be: zero balance, nothing held.
    case close
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
