import BankAPI
import Ledger
import ServiceKit

/// How an item of a batch ended.
enum BatchOutcome: Sendable {
    /// Posted or refused, and recorded.
    case recorded(Transaction, replayed: Bool)
    /// What an atomic batch failed by: it would have been refused, and is not recorded.
    case refused(Refusal)
    case invalid(Problem)
    /// There was nothing wrong with it, but with another item of its atomic batch.
    case notPosted

    init(_ outcome: LedgerOutcome) {
        self =
            switch outcome {
            case .recorded(let entry, let isReplayed): .recorded(entry, replayed: isReplayed)
            case .rejected(let rejection): .invalid(rejection.problem)
            default: .invalid(Problem(.internalError))
            }
    }

    /// - Parameter arePosted: whether the batch of the decision was posted as a whole.
    init(_ decision: Decision, arePosted: Bool) {
        self =
            switch decision {
            case .replayed(let entry) where arePosted || entry.refusal != nil:
                .recorded(entry, replayed: true)
            case .recorded(let entry) where arePosted: .recorded(entry, replayed: false)
            case .recorded(let entry): entry.refusal.map(BatchOutcome.refused) ?? .notPosted
            case .replayed: .notPosted
            case .rejected(let rejection): .invalid(CommandRejection(rejection).problem)
            }
    }

    var name: String {
        switch self {
        case .recorded(let entry, _): entry.refusal == nil ? "posted" : "refused"
        case .refused: "refused"
        case .invalid: "invalid"
        case .notPosted: "not_posted"
        }
    }
}

/// A batch as it ended, the outcomes in the order of its items.
struct BatchResult: Sendable {
    let outcomes: [BatchOutcome]
    /// An atomic batch that moved nothing.
    let isRefused: Bool
}

extension JSONWriter {
    /// `outcomes`, `posted`, `refused`, `invalid`: the members of a batch's reply.
    mutating func members(of result: BatchResult, requestID: String, for viewer: Viewer) {
        key("outcomes")
        array(result.outcomes.enumerated()) { json, item in
            json.object { json in
                json.member("index", item.offset)
                json.member("outcome", item.element.name)
                json.members(of: item.element, requestID: requestID, for: viewer)
            }
        }
        func count(_ name: String) -> Int { result.outcomes.count { $0.name == name } }
        member("posted", count("posted"))
        member("refused", count("refused"))
        member("invalid", count("invalid"))
    }

    private mutating func members(
        of outcome: BatchOutcome, requestID: String, for viewer: Viewer
    ) {
        switch outcome {
        case .recorded(let entry, let isReplayed):
            member("transaction") { $0.transaction(entry, for: viewer) }
            if let refusal = entry.refusal {
                let problem = Problem(refusal, transactionID: entry.id)
                member("problem") { problem.write(to: &$0, requestID: entry.requestID) }
            }
            if isReplayed { member("replayed", true) }
        case .refused(let refusal):
            member("problem") { Problem(refusal).write(to: &$0, requestID: requestID) }
        case .invalid(let problem):
            member("problem") { problem.write(to: &$0, requestID: requestID) }
        case .notPosted: break
        }
    }
}
