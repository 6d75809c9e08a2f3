/// How many messages a client may send: a bucket that refills, and what happens to those who
/// don't stop.
///
/// What is over is dropped, with one word about it. Who goes on for 10 s, or sends five times the
/// minute's allowance within a minute, is closed. Source: details.md, "Websocket".
package struct MessageAllowance: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case accepted, dropped, droppedAndTold, exhausted
    }

    private let perMinute: Int64
    private var burst: Int64
    /// In 1/60,000 of a message, so that refilling needs no fractions.
    private var level: Int64
    private var filledAt: Int64
    private var minuteBegan: Int64
    private var inMinute: Int64 = 0
    private var overSince: Int64?
    private var lastDrop: Int64 = 0

    private static let unit: Int64 = 60_000
    private static let patience: Int64 = 10_000
    /// Quiet for so long (ms), a client is forgiven.
    private static let forgiveness: Int64 = 5_000

    /// - Parameters: milliseconds of the machine's clock in `now`, here and below.
    package init(perMinute: Int, burst: Int, now: Int64) {
        self.perMinute = Int64(clamping: min(max(perMinute, 1), 1_000_000))
        self.burst = Int64(clamping: min(max(burst, 1), 1_000_000))
        self.level = self.burst * Self.unit
        self.filledAt = now
        self.minuteBegan = now
    }

    /// From now on with this burst, full.
    package mutating func widen(burst: Int) {
        self.burst = Int64(clamping: min(max(burst, 1), 1_000_000))
        level = self.burst * Self.unit
    }

    package mutating func take(at now: Int64) -> Verdict {
        refill(now)
        if now - minuteBegan >= 60_000 {
            minuteBegan = now
            inMinute = 0
        }
        inMinute += 1
        if inMinute >= perMinute * 5 { return .exhausted }
        guard level < Self.unit else {
            level -= Self.unit
            return .accepted
        }
        if let since = overSince, now - lastDrop < Self.forgiveness {
            lastDrop = now
            return now - since >= Self.patience ? .exhausted : .dropped
        }
        overSince = now
        lastDrop = now
        return .droppedAndTold
    }

    private mutating func refill(_ now: Int64) {
        let elapsed = min(max(now - filledAt, 0), 3_600_000)
        filledAt = now
        level = min(level + elapsed * perMinute, burst * Self.unit)
    }
}
