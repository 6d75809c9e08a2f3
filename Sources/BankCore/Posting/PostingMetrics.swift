import Ledger
import Metrics

/// What operators see of the posting engine.
struct PostingMetrics: Sendable {
    private let batchCommands = Recorder(label: "teller_posting_batch_commands")
    private let commitTime = Timer(label: "teller_posting_commit_seconds")
    private let queuedCommands = Gauge(label: "teller_posting_queued_commands")
    private let splits = Counter(label: "teller_posting_splits_total")
    /// By what the caller was told.
    private let outcomes: [String: Counter] = Dictionary(
        uniqueKeysWithValues: Self.codes.map { code in
            (code, Counter(label: "teller_posting_outcomes_total", dimensions: [("code", code)]))
        })

    private static var codes: [String] {
        ["posted", "replayed", "changed", "rejected"] + Refusal.allCases.map(\.rawValue)
            + PostingError.codes
    }

    func committed(_ commands: Int, took: Duration, stillWaiting: Int) {
        batchCommands.record(commands)
        commitTime.record(duration: took)
        queuedCommands.record(stillWaiting)
    }

    func countSplit() { splits.increment() }

    func count(_ result: PostingResult) { outcomes[result.code]?.increment() }
}

extension PostingResult {
    fileprivate var code: String {
        switch self {
        case .success(.recorded(_, replayed: true)): "replayed"
        case .success(.recorded(let entry, _)): entry.refusal?.rawValue ?? "posted"
        case .success(.recordedTogether(let joint)): joint.arePosted ? "posted" : "rejected"
        case .success(.signedUp), .success(.opened), .success(.changed),
            .success(.changedCustomer):
            "changed"
        case .success(.rejected): "rejected"
        case .failure(let error): error.code
        }
    }
}

extension PostingError {
    package var code: String {
        switch self {
        case .overloaded: "overloaded"
        case .unavailable: "unavailable"
        case .outcomeUnknown: "outcome_unknown"
        case .requestInProgress: "request_in_progress"
        case .faulty: "internal_error"
        }
    }

    fileprivate static let codes = [
        PostingError.overloaded(retryAfterSeconds: 1), .unavailable, .outcomeUnknown,
        .requestInProgress, .faulty,
    ].map(\.code)
}
