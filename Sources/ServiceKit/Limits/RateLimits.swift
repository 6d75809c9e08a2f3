package import HTTPTypes
import Ledger

/// The classes of requests that are counted apart.
package enum RateClass: String, Hashable, Sendable {
    case anonymous, reads, money, rest
}

/// The limits of all classes, and which class a request is of.
package final class RateLimits: Sendable {
    private let anonymous: RateLimiter<ClientAddress>
    private let reads: RateLimiter<CustomerID>
    private let money: RateLimiter<CustomerID>
    private let rest: RateLimiter<CustomerID>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Below these, what is no read moves, reserves or releases money.
    private static let moneyPrefixes = ["/api/v1/transactions", "/api/v1/holds"]
    /// Pages, documents, health and metrics are not counted.
    private static let countedPrefix = "/api/"

    package init(
        _ settings: RateLimitSettings,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.anonymous = RateLimiter(settings.anonymous)
        self.reads = RateLimiter(settings.customer)
        self.money = RateLimiter(settings.customer.divided(by: 2))
        self.rest = RateLimiter(settings.customer.divided(by: 5))
        self.now = now
    }

    /// Nil for what is not counted.
    package static func rateClass(
        method: HTTPRequest.Method, path: String, isIdentified: Bool
    ) -> RateClass? {
        guard path.hasPrefix(countedPrefix) else { return nil }
        guard isIdentified else { return .anonymous }
        if method == .get || method == .head { return .reads }
        return moneyPrefixes.contains(where: path.hasPrefix) ? .money : .rest
    }

    struct Admission: Sendable {
        let isAllowed: Bool
        let waitSeconds: Int
        /// Source: draft-ietf-httpapi-ratelimit-headers-10.
        let policy: String
        let state: String
    }

    func admit(
        _ rateClass: RateClass, customer: CustomerID?, address: ClientAddress
    ) -> Admission {
        let now = now()
        guard let customer, let limiter = limiter(rateClass) else {
            return Self.admission(
                .anonymous, anonymous.limit, anonymous.take(address.limitKey, now: now))
        }
        return Self.admission(rateClass, limiter.limit, limiter.take(customer, now: now))
    }

    private func limiter(_ rateClass: RateClass) -> RateLimiter<CustomerID>? {
        switch rateClass {
        case .anonymous: nil
        case .reads: reads
        case .money: money
        case .rest: rest
        }
    }

    private static func admission<Key>(
        _ rateClass: RateClass, _ limit: RateLimit, _ verdict: RateLimiter<Key>.Verdict
    ) -> Admission {
        Admission(
            isAllowed: verdict.isAllowed, waitSeconds: verdict.waitSeconds,
            policy: "\"\(rateClass.rawValue)\";q=\(limit.count);w=\(limit.windowSeconds)",
            state: "\"\(rateClass.rawValue)\";r=\(verdict.remaining);t=\(verdict.waitSeconds)")
    }
}
