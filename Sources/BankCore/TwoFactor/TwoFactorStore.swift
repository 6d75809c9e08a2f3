package import Ledger

package enum ChallengeKind: IdentifierKind { package static let prefix = "chl" }
package typealias ChallengeID = Identifier<ChallengeKind>

/// What is asked for beside the password.
package enum TwoFactorMethod: String, Hashable, Sendable, CaseIterable {
    case none
    /// A code in a message to the customer's phone.
    case otp
    /// The code of an authenticator (``OneTimePassword``), or a recovery code.
    case totp
}

/// A customer's second factor.
package struct TwoFactor: Hashable, Sendable {
    package var method: TwoFactorMethod
    /// Sealed; of `totp` only.
    package var secret: [UInt8]?
    /// Sealed; an authenticator that is not confirmed yet.
    package var pending: [UInt8]?

    package init(method: TwoFactorMethod, secret: [UInt8]? = nil, pending: [UInt8]? = nil) {
        self.method = method
        self.secret = secret
        self.pending = pending
    }

    package static let off = TwoFactor(method: .none)
}

/// Where second factors are kept.
package protocol TwoFactorStore: Sendable {
    func twoFactor(of customer: CustomerID) async throws(StoreError) -> TwoFactor

    /// Sets `none` or `otp`; what there was of an authenticator is forgotten.
    func set(_ method: TwoFactorMethod, of customer: CustomerID) async throws(StoreError)

    /// Keeps an authenticator's sealed secret until it is confirmed.
    func propose(_ secret: [UInt8], of customer: CustomerID) async throws(StoreError)

    /// Makes the proposed secret the one in force, if it still is the proposed one.
    /// - Parameters:
    ///   - step: that of the code by which it was confirmed, which is used with it.
    ///   - recovery: the hashes of the recovery codes.
    func confirm(
        _ secret: [UInt8], step: Int64, recovery: [[UInt8]], of customer: CustomerID
    ) async throws(StoreError) -> Bool

    /// Uses the code of a step, once: false if it, or a later one, was used before.
    func use(step: Int64, of customer: CustomerID) async throws(StoreError) -> Bool

    /// Uses a recovery code, once: false if there is none with this hash (any more).
    func use(recoveryHash: [UInt8], of customer: CustomerID) async throws(StoreError) -> Bool
}

/// A log-in with a right password that waits for a code.
package struct Challenge: Hashable, Sendable {
    package static let lifetimeSeconds: Int64 = 300
    package static let triesMax: Int64 = 5

    package let id: ChallengeID
    package let customerID: CustomerID
    package let method: TwoFactorMethod
    /// Of the code that was sent (``Codes``); nil for `totp`.
    package let codeHash: [UInt8]?
    /// The log-in's count among the guesses, to be taken back when the code is right.
    package let attempt: GuessAttempt?
    /// The known device on which it was begun: ``DeviceToken/digest``.
    package let device: String?

    package init(
        id: ChallengeID, customerID: CustomerID, method: TwoFactorMethod, codeHash: [UInt8]?,
        attempt: GuessAttempt?, device: String?
    ) {
        self.id = id
        self.customerID = customerID
        self.method = method
        self.codeHash = codeHash
        self.attempt = attempt
        self.device = device
    }
}

/// Where challenges are kept. They end ``Challenge/lifetimeSeconds`` after they were opened, by
/// the store's own clock; and with whatever ends the customer's sessions.
package protocol ChallengeStore: Sendable {
    /// Opens it and queues its message, both or none.
    func open(_ challenge: Challenge, message: OutgoingMessage?) async throws(StoreError)

    /// Counts a try before anything is compared. Nil: unknown, expired, used, or out of tries.
    func countTry(_ id: ChallengeID) async throws(StoreError) -> Challenge?

    /// The code was right: ends the challenge. False if another was faster, or it has ended.
    func complete(_ id: ChallengeID) async throws(StoreError) -> Bool
}
