/// So many in so much time.
package struct RateLimit: Hashable, Sendable {
    package let count: Int
    package let windowSeconds: Int

    package init(count: Int, windowSeconds: Int) {
        self.count = count
        self.windowSeconds = windowSeconds
    }

    /// `60/min`, `10/15min`, `5/s`, `100/h`; or a bare number in the window of `standard`.
    package init?(_ text: some StringProtocol, standard: RateLimit) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let count = Int(first), (1...1_000_000).contains(count)
        else { return nil }
        self.count = count
        guard parts.count > 1 else {
            self.windowSeconds = standard.windowSeconds
            return
        }
        guard parts.count == 2, let seconds = Self.seconds(parts[1]) else { return nil }
        self.windowSeconds = seconds
    }

    private static func seconds(_ text: some StringProtocol) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = digits.isEmpty ? 1 : Int(digits), (1...86_400).contains(number),
            let unit = ["s": 1, "min": 60, "h": 3_600][String(text.dropFirst(digits.count))]
        else { return nil }
        let seconds = number * unit
        return seconds <= 86_400 ? seconds : nil
    }

    /// A share of it, at least one.
    package func divided(by divisor: Int) -> RateLimit {
        RateLimit(count: max(1, count / divisor), windowSeconds: windowSeconds)
    }
}

/// The classes of details.md: RATE_LIMIT_CUSTOMER sets reads; money is half of it, the rest a
/// fifth; RATE_LIMIT_ANONYMOUS is per IP.
package struct RateLimitSettings: Hashable, Sendable {
    package let anonymous: RateLimit
    package let customer: RateLimit

    package init(anonymous: RateLimit, customer: RateLimit) {
        self.anonymous = anonymous
        self.customer = customer
    }

    package static let standard = RateLimitSettings(
        anonymous: RateLimit(count: 60, windowSeconds: 60),
        customer: RateLimit(count: 600, windowSeconds: 60))
}
