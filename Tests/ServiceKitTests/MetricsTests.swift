import CoreMetrics
import ServiceKit
import Testing

@Suite struct MetricsTests {
    private let metrics = PrometheusMetrics()

    @Test func `counters, gauges and histograms are written in the text format`() {
        metrics.makeCounter(label: "jobs_total", dimensions: [("kind", "a\"b\\c\n")]).increment(
            by: 3)
        metrics.makeMeter(label: "level", dimensions: []).set(2.5)
        let timer = metrics.makeTimer(label: "took_seconds", dimensions: [])
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(20_000_000_000)
        let text = metrics.text()
        #expect(text.contains("# TYPE jobs_total counter\njobs_total{kind=\"a\\\"b\\\\c\\n\"} 3\n"))
        #expect(text.contains("# TYPE level gauge\nlevel 2.5\n"))
        #expect(text.contains("took_seconds_bucket{le=\"0.0025\"} 1\n"))
        #expect(text.contains("took_seconds_bucket{le=\"10.0\"} 1\n"))
        #expect(text.contains("took_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("took_seconds_count 2\n"))
    }

    @Test func `the same name and labels are the same series`() {
        metrics.makeCounter(label: "jobs_total", dimensions: [("a", "1")]).increment(by: 1)
        metrics.makeCounter(label: "jobs_total", dimensions: [("a", "1")]).increment(by: 1)
        metrics.makeCounter(label: "jobs_total", dimensions: [("a", "2")]).increment(by: 1)
        #expect(metrics.text().contains("jobs_total{a=\"1\"} 2\njobs_total{a=\"2\"} 1\n"))
    }

    @Test func `names that Prometheus does not take are mended`() {
        metrics.makeCounter(label: "mongo.pool-size", dimensions: [("a.b", "x")]).increment(by: 1)
        #expect(metrics.text().contains("mongo_pool_size{a_b=\"x\"} 1\n"))
    }

    @Test func `the number of series is bounded and what is dropped is counted`() {
        for number in 0..<(PrometheusMetrics.seriesMax + 10) {
            metrics.makeCounter(label: "c", dimensions: [("n", "\(number)")]).increment(by: 1)
        }
        #expect(metrics.text().contains("metrics_series_dropped_total 10\n"))
    }
}
