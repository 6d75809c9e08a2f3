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

/// Why a command was not carried out at all: nothing of it is recorded, its key stays free.
package enum Rejection: Error, Hashable, Sendable, CaseIterable {
    /// The account does not exist or is not the caller's: both look the same.
    case accountNotFound
    /// The key was used before for something else.
    case idempotencyKeyReused
    /// The customer has as many open accounts as one may have.
    case accountLimitReached
    /// What is to be closed still holds money or owes it.
    case balanceNotZero
    /// What is to be closed has money reserved.
    case holdsOpen
    /// Closed is for ever: nothing about the account can be changed.
    case accountClosed
    /// Another account has the number: try again with another one.
    case accountNumberTaken
    case customerNotFound
    case customerClosed
    /// A limit that is negative or above 2^53 − 1.
    case limitOutOfRange
    /// Accounts of this type get no overdraft.
    case overdraftNotAllowed
    /// The transaction or hold to be ended does not exist or is not the caller's to see.
    case transactionNotFound
    /// The caller sees it, but may not end it.
    case endingForbidden
    case alreadyReversed
    case alreadyCancelled
    /// It moved no money, or gave some back itself.
    case notReversible
    /// It is no purchase, or was refused.
    case notCancellable
    /// The payer's time to cancel the purchase has passed.
    case cancellationWindowOver
    /// The hold was captured, voided or has expired.
    case holdNotPending
    /// More is to be captured than is held.
    case captureExceedsHold
}
