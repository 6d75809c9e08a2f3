package import Ledger
import Metrics
package import ServiceKit

/// Counts guesses of passwords and codes before they are looked at, as far as limits are on.
package struct Guesses: Sendable {
    private let limits: any GuessLimits
    private let limit: RateLimit?

    /// `limit`: RATE_LIMIT_LOGIN; nil where rate limits are off.
    package init(limits: any GuessLimits, limit: RateLimit?) {
        self.limits = limits
        self.limit = limit
    }

    /// Nil where limits are off.
    /// - Throws: `Problem` `rate_limited`, ``StoreError``.
    func begin(_ subject: GuessSubject) async throws -> GuessAttempt? {
        guard let limit else { return nil }
        switch try await limits.begin(subject.counters(limit)) {
        case .admitted(let attempt): return attempt
        case .refused(let seconds):
            Counter(label: "guesses_refused_total").increment()
            throw Problem(
                .rateLimited, "Too many attempts have failed.", retryAfterSeconds: seconds)
        }
    }

    func succeed(_ attempt: GuessAttempt?) async throws {
        guard let attempt else { return }
        try await limits.succeed(attempt)
    }
}

/// What is guessed, and so which counters it goes into.
///
/// Whoever wants to lock a customer out can use up the counter of their e-mail, but not that of
/// a device on which the customer logged in before (``DeviceTokens``): its guesses are counted
/// for themselves. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
package enum GuessSubject: Sendable {
    /// `device`: ``DeviceToken/digest`` of a known one.
    case logIn(emailKey: String, address: ClientAddress, device: String?)
    /// The code of a log-in begun on this device.
    case code(CustomerID, device: String?)
    /// The password again, by who has a token.
    case password(CustomerID)

    /// `limit`: of an e-mail, a device, a customer; an address may guess wrong five times that.
    package func counters(_ limit: RateLimit) -> [GuessCounter] {
        let name: String
        switch self {
        case .logIn(_, _, let device?): name = "login:device:\(device)"
        case .logIn(let emailKey, let address, nil):
            let perAddress = RateLimit(
                count: limit.count * 5, windowSeconds: limit.windowSeconds)
            return [
                GuessCounter(
                    name: "login:address:\(address.limitKey)", limit: perAddress,
                    isForgiving: false),
                GuessCounter(
                    name: "login:email:\(GuessCounter.digest(emailKey))", limit: limit,
                    isForgiving: true),
            ]
        case .code(_, let device?): name = "code:device:\(device)"
        case .code(let customer, nil): name = "code:\(customer)"
        case .password(let customer): name = "password:\(customer)"
        }
        return [GuessCounter(name: name, limit: limit, isForgiving: true)]
    }
}
