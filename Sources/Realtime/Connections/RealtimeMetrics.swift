import CoreMetrics
import Metrics

/// Figures of the connections; labels as Prometheus wants them.
struct RealtimeMetrics: Sendable {
    let slowClosed = Counter(label: "teller_websocket_slow_closed_total")
    /// Holes in an account's live events that a connection has to fill from the journal.
    let gaps = Counter(label: "teller_websocket_gaps_total")
    /// Entries that were read from the journal for one connection.
    let replays = Counter(label: "teller_websocket_replayed_entries_total")
    private let recovered = Self.resumes("true")
    private let lost = Self.resumes("false")

    private static func resumes(_ isRecovered: String) -> Counter {
        Counter(
            label: "teller_websocket_resumes_total", dimensions: [("recovered", isRecovered)])
    }

    /// An account was subscribed with a position.
    func resumed(isRecovered: Bool) { (isRecovered ? recovered : lost).increment() }
}
