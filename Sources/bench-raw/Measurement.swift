/// What a scenario gave. As JSON: `{scenario, batch, writers, hot, seconds, transactions,
/// transfers, rate, latencyMicroseconds: {p50, p90, p99, "p99.9", max}}`; the rate is transfers a
/// second, latencies are those of whole transactions.
struct Measurement: Encodable, Sendable {
    let scenario: String
    let batch: Int
    let writers: Int
    let hot: Bool
    let seconds: Double
    let transactions: Int
    let transfers: Int
    let rate: Double
    let latencyMicroseconds: [String: Int64]

    init(_ scenario: Scenario, latencies: [Duration], took: Duration) {
        self.scenario = scenario.name
        batch = scenario.batch
        writers = scenario.writers
        hot = scenario.hot
        seconds = took / .seconds(1)
        transactions = latencies.count
        transfers = latencies.count * scenario.batch
        rate = seconds > 0 ? Double(transfers) / seconds : 0
        let sorted = latencies.sorted()
        latencyMicroseconds = [
            "p50": Self.percentile(0.5, of: sorted), "p90": Self.percentile(0.9, of: sorted),
            "p99": Self.percentile(0.99, of: sorted), "p99.9": Self.percentile(0.999, of: sorted),
            "max": Self.percentile(1, of: sorted),
        ]
    }

    /// One row of the table.
    var line: String {
        let p50 = latencyMicroseconds["p50"] ?? 0
        let p99 = latencyMicroseconds["p99"] ?? 0
        return "\(scenario): \(Int(rate)) transfers/s, p50 \(p50) µs, p99 \(p99) µs a transaction"
    }

    /// The nearest rank, in microseconds; 0 of nothing.
    private static func percentile(_ share: Double, of sorted: [Duration]) -> Int64 {
        guard !sorted.isEmpty else { return 0 }
        let rank = max(1, Int((share * Double(sorted.count)).rounded(.up)))
        return Int64(sorted[min(rank, sorted.count) - 1] / .microseconds(1))
    }
}
