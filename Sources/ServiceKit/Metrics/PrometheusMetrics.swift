package import CoreMetrics
import Synchronization

/// The swift-metrics backend of the services; ``text()`` is what `/metrics` answers.
///
/// Timers and recorders become histograms (seconds, and the recorded unit), meters and gauges
/// gauges. The number of series is bounded: past it, new ones are counted but not kept.
package final class PrometheusMetrics: MetricsFactory {
    package static let seriesMax = 10_000

    struct Key: Hashable {
        let name: String
        /// In the order given: `method="GET",route="/x"`.
        let labels: String
    }

    private struct Registry {
        var series: [Key: any PrometheusSeries] = [:]
        var dropped = 0
    }

    private let registry = Mutex(Registry())

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? series(label, dimensions) { HistogramSeries(bounds: HistogramSeries.sizes) }
            : series(label, dimensions) { GaugeSeries() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries(bounds: HistogramSeries.seconds) }
    }

    // A series lives as long as the process: its numbers must not fall back to zero.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func series<Series: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let key = Key(name: Self.name(label), labels: Self.labels(dimensions))
        return registry.withLock { registry in
            if let known = registry.series[key] as? Series { return known }
            let new = make()
            // A name in use for another kind of metric would break the exposition.
            guard registry.series[key] == nil, registry.series.count < Self.seriesMax else {
                registry.dropped += 1
                return new
            }
            registry.series[key] = new
            return new
        }
    }

    /// All series in the Prometheus text format 0.0.4, sorted by name.
    package func text() -> String {
        let (series, dropped) = registry.withLock { ($0.series, $0.dropped) }
        var text = ""
        var lastName: String?
        let sorted = series.sorted {
            ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels)
        }
        for (key, series) in sorted {
            if key.name != lastName { text += "# TYPE \(key.name) \(series.kind)\n" }
            lastName = key.name
            series.write(key, to: &text)
        }
        text += "# TYPE metrics_series_dropped_total counter\n"
        text += "metrics_series_dropped_total \(dropped)\n"
        return text
    }

    /// Source: Prometheus data model, `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    private static func name(_ label: String) -> String {
        let name = String(label.map { isNameCharacter($0) ? $0 : "_" })
        return name.first?.isNumber == false ? name : "_" + name
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { key, value in "\(name(key))=\"\(escaped(value))\"" }
            .joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.prefix(200).reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n", "\r\n", "\r": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
