import Metrics

/// What transactions show of themselves.
struct TransactionMeters: Sendable {
    /// Bodies run again after a transient fault.
    let bodyRetries = Counter(label: "mongo_transaction_retries", dimensions: [("of", "body")])
    /// Commits tried again because their outcome was unknown.
    let commitRetries = Counter(label: "mongo_transaction_retries", dimensions: [("of", "commit")])
}
