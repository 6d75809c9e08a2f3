import CoreMetrics
import Ledger
import Metrics

/// Figures of the feed; labels as Prometheus wants them.
struct FeedMetrics: Sendable {
    private let events = Counter(label: "teller_feed_events_total")
    /// Times that it was opened again, for whatever reason.
    private let restarts = Counter(label: "teller_feed_restarts_total")
    /// Of these, times that its place was no longer in the storage's history.
    private let historyLost = Counter(label: "teller_feed_history_lost_total")
    private let commitToSeen = Timer(label: "teller_feed_commit_to_seen_seconds")

    func saw(_ transaction: Transaction, at now: Timestamp) {
        let (lag, overflow) = now.milliseconds
            .subtractingReportingOverflow(transaction.committedAt.milliseconds)
        commitToSeen.recordMilliseconds(overflow ? 0 : max(lag, 0))
    }

    func took(_ batch: FeedBatch) { events.increment(by: batch.events.count) }

    func ended(_ error: FeedError) {
        restarts.increment()
        if error == .historyLost { historyLost.increment() }
    }
}
