/// How long and how often a transaction is tried.
///
/// The wait before try n+1 is a random share ("full jitter") of 5 ms × 1.5^n, at most 500 ms:
/// the transactions specification's values (github.com/mongodb/specifications,
/// transactions-convenient-api).
package struct RetryPolicy: Sendable {
    /// No try begins later than this after the call.
    package var deadline: Duration = .seconds(3)
    package var firstDelay: Duration = .milliseconds(5)
    package var growth = 1.5
    package var delayMax: Duration = .milliseconds(500)
    /// From 0 up to, not including, 1.
    package var random: @Sendable () -> Double = { .random(in: 0..<1) }

    package init() {}

    /// The wait after a failed try.
    ///
    /// - Parameter failures: failed tries so far, at least 1.
    package func delay(afterFailures failures: Int) -> Duration {
        var limit = firstDelay
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 && limit < delayMax {
            limit = limit * growth
        }
        return min(limit, delayMax) * random()
    }
}
