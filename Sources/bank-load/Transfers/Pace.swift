package import NIOCore

/// When requests are due.
package enum Pace: Hashable, Sendable {
    /// Each connection sends its next request when it has the reply to the last: the bank sets
    /// the speed, and a slow moment hides the requests that were not sent in it.
    case closed
    /// A constant arrival rate, in requests a second, whatever the bank does. Latency counts from
    /// the intended start, so that waiting for a connection is part of it.
    /// Source: G. Tene, "How NOT to measure latency" (coordinated omission).
    case open(rate: Double)

    /// How many requests are due `elapsed` after the start; nil for without limit.
    package func due(after elapsed: TimeAmount) -> Int? {
        guard case .open(let rate) = self else { return nil }
        return Int(rate * Double(elapsed.nanoseconds) / 1e9) + 1
    }

    /// The intended start of request `number` (from 0), since the start of the run.
    package func start(of number: Int) -> TimeAmount? {
        guard case .open(let rate) = self else { return nil }
        return .nanoseconds(Int64((Double(number) / rate * 1e9).rounded(.up)))
    }
}

/// Where a load ends; it always does.
package enum LoadLimit: Hashable, Sendable {
    case seconds(Double)
    case count(Int)

    package static let secondsMax = 86_400.0
    package static let countMax = 1_000_000_000
}
