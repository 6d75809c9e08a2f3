/// Why a well-formed, permitted order was not posted. Recorded in the journal with the order.
package enum Refusal: String, Hashable, Sendable, CaseIterable {
    case insufficientFunds = "insufficient_funds"
    case accountNotActive = "account_not_active"
    case accountNotFound = "account_not_found"
    case sameAccount = "same_account"
    case currencyMismatch = "currency_mismatch"
    case typeNotAllowed = "type_not_allowed"
    case amountBelowMinimum = "amount_below_minimum"
    case amountAboveMaximum = "amount_above_maximum"
    case dailyLimitExceeded = "daily_limit_exceeded"
    case balanceLimitExceeded = "balance_limit_exceeded"
    case duplicateExternalReference = "duplicate_external_reference"
}

/// Why an order never reached the journal: nothing of it is recorded, its key stays free.
package enum Rejection: Hashable, Sendable {
    /// `from`, or an account that only its owner may name, does not exist or is not theirs.
    case accountNotFound
    /// The key was used before for something else.
    case idempotencyKeyReused
}
