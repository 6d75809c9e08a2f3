package import HTTPTypes
package import Ledger

/// Everything that can go wrong for a caller. The one place of status codes and titles.
///
/// Clients act on the code, never on the texts. docs/errors.md lists each.
package enum ProblemCode: String, Hashable, Sendable, CaseIterable {
    // What was sent
    case validationFailed = "validation_failed"
    case idempotencyKeyRequired = "idempotency_key_required"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"

    // Who sent it
    case unauthenticated
    case invalidCredentials = "invalid_credentials"
    case invalidCode = "invalid_code"
    case challengeExpired = "challenge_expired"
    case invalidToken = "invalid_token"
    case forbidden
    case originNotAllowed = "origin_not_allowed"
    case rateLimited = "rate_limited"

    // The ledger's refusals
    case insufficientFunds = "insufficient_funds"
    case accountNotActive = "account_not_active"
    case dailyLimitExceeded = "daily_limit_exceeded"
    case balanceLimitExceeded = "balance_limit_exceeded"
    case duplicateExternalReference = "duplicate_external_reference"
    case accountNotFound = "account_not_found"
    case sameAccount = "same_account"
    case currencyMismatch = "currency_mismatch"
    case typeNotAllowed = "type_not_allowed"
    case amountBelowMinimum = "amount_below_minimum"
    case amountAboveMaximum = "amount_above_maximum"

    // The state of things
    case alreadyReversed = "already_reversed"
    case alreadyCancelled = "already_cancelled"
    case notReversible = "not_reversible"
    case notCancellable = "not_cancellable"
    case cancellationWindowOver = "cancellation_window_over"
    case holdNotPending = "hold_not_pending"
    case captureExceedsHold = "capture_exceeds_hold"
    case accountLimitReached = "account_limit_reached"
    case balanceNotZero = "balance_not_zero"
    case holdsOpen = "holds_open"
    case emailTaken = "email_taken"
    case phoneTaken = "phone_taken"
    case nationalIDTaken = "national_id_taken"
    case codeTaken = "code_taken"
    case typeLimitReached = "type_limit_reached"
    case customerClosed = "customer_closed"
    case phoneRequired = "phone_required"
    case otpUnavailable = "otp_unavailable"
    case statementNotReady = "statement_not_ready"
    case statementFailed = "statement_failed"
    case idempotencyKeyReused = "idempotency_key_reused"
    case requestInProgress = "request_in_progress"
    case batchRefused = "batch_refused"

    // The service itself
    case overloaded
    case outcomeUnknown = "outcome_unknown"
    case unavailable
    case internalError = "internal_error"

    package init(_ refusal: Refusal) {
        switch refusal {
        case .insufficientFunds: self = .insufficientFunds
        case .accountNotActive: self = .accountNotActive
        case .accountNotFound: self = .accountNotFound
        case .sameAccount: self = .sameAccount
        case .currencyMismatch: self = .currencyMismatch
        case .typeNotAllowed: self = .typeNotAllowed
        case .amountBelowMinimum: self = .amountBelowMinimum
        case .amountAboveMaximum: self = .amountAboveMaximum
        case .dailyLimitExceeded: self = .dailyLimitExceeded
        case .balanceLimitExceeded: self = .balanceLimitExceeded
        case .duplicateExternalReference: self = .duplicateExternalReference
        }
    }
}

extension ProblemCode {
    /// Source: http-api.md and details.md of the contract; RFC 9110 section 15.
    package var status: HTTPResponse.Status {
        switch self {
        case .validationFailed, .idempotencyKeyRequired: .badRequest
        case .unauthenticated, .invalidCredentials, .invalidCode, .invalidToken:
            .unauthorized
        case .forbidden, .originNotAllowed: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .insufficientFunds, .accountNotActive, .dailyLimitExceeded, .balanceLimitExceeded,
            .duplicateExternalReference, .alreadyReversed, .alreadyCancelled, .notReversible,
            .holdNotPending, .accountLimitReached, .balanceNotZero, .holdsOpen, .emailTaken,
            .phoneTaken, .nationalIDTaken, .codeTaken, .typeLimitReached, .customerClosed,
            .phoneRequired,
            .otpUnavailable, .statementNotReady, .statementFailed, .requestInProgress:
            .conflict
        case .challengeExpired: .gone
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .accountNotFound, .sameAccount, .currencyMismatch, .typeNotAllowed,
            .amountBelowMinimum, .amountAboveMaximum, .notCancellable, .cancellationWindowOver,
            .captureExceedsHold, .idempotencyKeyReused, .batchRefused:
            .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .internalError: .internalServerError
        case .overloaded, .outcomeUnknown, .unavailable: .serviceUnavailable
        }
    }

    /// Whether the very same request may succeed later without anything else being done.
    package var retryable: Bool {
        switch self {
        case .rateLimited, .overloaded, .outcomeUnknown, .unavailable, .requestInProgress,
            .statementNotReady:
            true
        default: false
        }
    }
}
