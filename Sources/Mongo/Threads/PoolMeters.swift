import Metrics
import Synchronization

/// What the pool shows of itself: threads at work and the wait for one.
final class PoolMeters: Sendable {
    private let inUse = Atomic<Int>(0)
    private let gauge: Gauge
    private let wait: Timer

    init(pool: String) {
        gauge = Gauge(label: "mongo_pool_in_use", dimensions: [("pool", pool)])
        wait = Timer(label: "mongo_pool_wait_seconds", dimensions: [("pool", pool)])
    }

    func began(waited: Duration) {
        gauge.record(inUse.add(1, ordering: .relaxed).newValue)
        wait.recordNanoseconds(waited.nanoseconds)
    }

    func ended() {
        gauge.record(inUse.subtract(1, ordering: .relaxed).newValue)
    }
}

extension Duration {
    /// Int64's ends beyond its range (292 years).
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, tooLarge) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooLarge ? .max : sum
    }
}
