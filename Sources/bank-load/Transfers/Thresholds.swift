import ArgumentParser

/// Demands on a run; a missed one sets the exit status.
struct Thresholds: ParsableArguments {
    @Option(help: "Posted transfers a second, at least.") var minRate: Double?
    @Option(help: "Milliseconds, at most.") var maxP50Ms: Double?
    @Option(help: "Milliseconds, at most.") var maxP99Ms: Double?
    @Option(help: "Percent of requests neither posted nor refused, at most.")
    var maxErrors: Double?

    /// A line for each demand that `result` does not meet.
    func missed(by result: TransfersResult) -> [String] {
        var lines: [String] = []
        func check(_ what: String, _ value: Double, atMost limit: Double?) {
            guard let limit, value > limit else { return }
            lines.append("\(what) is \(Figures.decimal(value)), allowed is \(limit)")
        }
        if let minRate, result.measurement.rate < minRate {
            lines.append(
                "rate is \(Figures.decimal(result.measurement.rate)), wanted is \(minRate)")
        }
        let latencies = result.measurement.latencies
        check("p50 (ms)", Double(latencies.microseconds(atPercentile: 50)) / 1e3, atMost: maxP50Ms)
        check("p99 (ms)", Double(latencies.microseconds(atPercentile: 99)) / 1e3, atMost: maxP99Ms)
        check("errors (%)", result.errorsPercent, atMost: maxErrors)
        return lines
    }
}
