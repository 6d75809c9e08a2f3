import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct RateLimitTests {
    private let start = ContinuousClock.now

    private func limiter(_ count: Int, _ seconds: Int, keysMax: Int = 100) -> RateLimiter<Int> {
        RateLimiter(RateLimit(count: count, windowSeconds: seconds), keysMax: keysMax)
    }

    @Test func `a key may do as many at once as its limit says and not one more`() {
        let limiter = limiter(60, 60)
        let verdicts = (0..<61).map { _ in limiter.take(1, now: start) }
        let allowed = verdicts.filter { $0.isAllowed }
        #expect(allowed.count == 60)
        #expect(verdicts.prefix(60).map(\.remaining) == (0..<60).reversed())
        #expect(verdicts.last?.isAllowed == false)
        #expect(verdicts.last?.waitSeconds == 1)
    }

    @Test func `the allowance comes back evenly`() {
        let limiter = limiter(60, 60)
        for _ in 0..<60 { _ = limiter.take(1, now: start) }
        #expect(!limiter.take(1, now: start + .milliseconds(999)).isAllowed)
        #expect(limiter.take(1, now: start + .seconds(1)).isAllowed)
        #expect(!limiter.take(1, now: start + .seconds(1)).isAllowed)
        let later = (0..<70).filter { _ in limiter.take(1, now: start + .seconds(120)).isAllowed }
        #expect(later.count == 60)
    }

    @Test func `what is refused costs nothing`() {
        let limiter = limiter(2, 10)
        for _ in 0..<100 { _ = limiter.take(1, now: start) }
        #expect(limiter.take(1, now: start + .seconds(5)).isAllowed)
    }

    @Test func `keys do not touch each other`() {
        let limiter = limiter(1, 60)
        #expect(limiter.take(1, now: start).isAllowed)
        #expect(limiter.take(2, now: start).isAllowed)
        #expect(!limiter.take(1, now: start).isAllowed)
    }

    @Test func `the number of keys is bounded`() {
        let limiter = limiter(10, 60, keysMax: 50)
        for key in 0..<10_000 { _ = limiter.take(key, now: start) }
        #expect(limiter.keysCount <= 50)
    }

    @Test func `keys with their whole allowance are forgotten first`() {
        let limiter = limiter(1, 60, keysMax: 3)
        for key in 0..<2 { _ = limiter.take(key, now: start) }
        let later = start + .seconds(61)
        _ = limiter.take(2, now: later)
        _ = limiter.take(3, now: later)
        #expect(!limiter.take(2, now: later).isAllowed)
    }

    @Test(arguments: [
        ("60/min", 60, 60), ("10/15min", 10, 900), ("5/s", 5, 1), ("100/h", 100, 3_600),
        ("7", 7, 60),
        ("3/30s", 3, 30),
    ]) func `limits are read`(text: String, count: Int, seconds: Int) {
        let standard = RateLimit(count: 1, windowSeconds: 60)
        #expect(
            RateLimit(text, standard: standard)
                == RateLimit(count: count, windowSeconds: seconds))
    }

    @Test(arguments: [
        "", "0/min", "-1", "x", "60/", "60/fortnight", "60/min/min", "1/99999h", "1.5/s",
    ])
    func `what is no limit is refused`(text: String) {
        #expect(RateLimit(text, standard: RateLimit(count: 1, windowSeconds: 60)) == nil)
    }

    @Test(arguments: [
        (method: "GET", path: "/api/v1/accounts", identified: true, expected: RateClass.reads),
        ("HEAD", "/api/v1/accounts", true, .reads),
        ("POST", "/api/v1/transactions", true, .money),
        ("POST", "/api/v1/transactions/txn_1/reversal", true, .money),
        ("POST", "/api/v1/holds", true, .money), ("POST", "/api/v1/accounts", true, .rest),
        ("DELETE", "/api/v1/accounts/x", true, .rest),
        ("GET", "/api/v1/accounts", false, .anonymous),
        ("POST", "/api/v1/auth/login", false, .anonymous),
    ]) func `requests are counted in their class`(
        method: String, path: String, identified: Bool, expected: RateClass
    ) throws {
        let method = try #require(HTTPRequest.Method(method))
        #expect(
            RateLimits.rateClass(method: method, path: path, isIdentified: identified) == expected)
    }

    @Test(arguments: ["/", "/health/live", "/metrics", "/openapi.yaml"])
    func `pages and health are not counted`(path: String) {
        #expect(RateLimits.rateClass(method: .get, path: path, isIdentified: false) == nil)
    }
}
