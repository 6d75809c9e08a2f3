import BankAPI
package import ServiceKit

extension StoreError: ProblemConvertible {
    /// What a caller is told when the storage fails it.
    package var problem: Problem {
        switch self {
        case .unavailable: Problem(.unavailable, retryAfterSeconds: 1)
        case .outcomeUnknown: Problem(.outcomeUnknown, retryAfterSeconds: 1)
        case .poisoned: Problem(.internalError)
        }
    }
}

extension CommandRejection: ProblemConvertible {
    /// What a caller is told when the ledger does not carry out a command. What is not theirs
    /// is as if it did not exist.
    package var problem: Problem {
        switch self {
        case .accountNotFound, .customerNotFound, .transactionNotFound: Problem(.notFound)
        case .accountClosed: Problem(.accountNotActive, "The account is closed.")
        case .accountLimitReached: Problem(.accountLimitReached)
        case .accountNumberTaken: Problem(.unavailable, retryAfterSeconds: 1)
        case .balanceNotZero: Problem(.balanceNotZero)
        case .holdsOpen: Problem(.holdsOpen)
        case .limitOutOfRange:
            Problem.validation("", .outOfRange, "A limit is beyond what can be kept.")
        case .overdraftNotAllowed:
            Problem(.typeNotAllowed, "Accounts of this type get no overdraft.")
        case .idempotencyKeyReused: Problem(.idempotencyKeyReused)
        case .customerClosed: Problem(.customerClosed)
        case .emailTaken: Problem(.emailTaken)
        case .phoneTaken: Problem(.phoneTaken)
        case .nationalIDTaken: Problem(.nationalIDTaken)
        case .notAllowed: Problem(.forbidden)
        case .passwordChanged: Problem(.invalidCredentials)
        case .alreadyReversed: Problem(.alreadyReversed)
        case .alreadyCancelled: Problem(.alreadyCancelled)
        case .notReversible: Problem(.notReversible)
        case .notCancellable: Problem(.notCancellable)
        case .cancellationWindowOver: Problem(.cancellationWindowOver)
        case .holdNotPending: Problem(.holdNotPending)
        case .captureExceedsHold: Problem(.captureExceedsHold)
        }
    }
}
