package import ServiceKit

/// Durable, exact counters of failed log-ins, shared by all instances.
///
/// An attempt is counted before its password is looked at, so that guesses made at the same
/// time cannot pass together; a right password takes its own count back.
package protocol LoginLimits: Sendable {
    /// Counts an attempt for the e-mail and for the address, if both are within their limits.
    func begin(
        emailKey: String, address: ClientAddress, limits: LoginLimit
    ) async throws(StoreError) -> LoginAdmission

    /// The password was right: forgets the e-mail's failures, and this one of the address.
    func succeed(_ attempt: LoginAttempt) async throws(StoreError)
}

/// How many log-ins may fail: RATE_LIMIT_LOGIN for an e-mail, five times that for an address.
package struct LoginLimit: Hashable, Sendable {
    package let perEmail: RateLimit
    package let perAddress: RateLimit

    package init(perEmail: RateLimit) {
        self.perEmail = perEmail
        self.perAddress = RateLimit(
            count: perEmail.count * 5, windowSeconds: perEmail.windowSeconds)
    }
}

package enum LoginAdmission: Hashable, Sendable {
    case admitted(LoginAttempt)
    case refused(retryAfterSeconds: Int)
}

/// An attempt that was counted.
package struct LoginAttempt: Hashable, Sendable {
    /// Unique.
    package let id: String
    package let emailKey: String
    package let address: ClientAddress

    package init(id: String, emailKey: String, address: ClientAddress) {
        self.id = id
        self.emailKey = emailKey
        self.address = address
    }
}
