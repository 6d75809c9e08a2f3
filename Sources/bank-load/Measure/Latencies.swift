import BankAPI
import Histogram
package import NIOCore

/// Latencies in microseconds, exact to three digits, in constant memory (HdrHistogram).
package struct Latencies: Sendable {
    private static let microsecondsMax: UInt64 = 600_000_000

    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: microsecondsMax,
        numberOfSignificantValueDigits: .three)

    package init() {}

    package mutating func record(_ latency: TimeAmount) {
        let microseconds = UInt64(max(0, latency.nanoseconds / 1000))
        histogram.record(min(microseconds, Self.microsecondsMax))
    }

    package mutating func reset() { histogram.reset() }

    package var count: UInt64 { histogram.totalCount }

    /// The latency in microseconds that `percentile` (0…100) of the requests did not exceed;
    /// 0 if there were none.
    package func microseconds(atPercentile percentile: Double) -> UInt64 {
        count == 0 ? 0 : histogram.valueAtPercentile(percentile)
    }

    package static let percentiles: [(name: String, value: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("p99.99", 99.99), ("max", 100),
    ]

    /// `{"count": …, "mean": …, "p50": …, …}`, microseconds.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("count", count)
            json.member("mean") {
                $0.raw(Figures.decimal(count == 0 ? 0 : histogram.mean, places: 1))
            }
            for percentile in Self.percentiles {
                json.key(escaping: percentile.name)
                json.integer(microseconds(atPercentile: percentile.value))
            }
        }
    }
}
