import BankCore
import Ledger
import Logging
import Synchronization

extension PostingResult {
    var entry: Transaction? {
        if case .success(.recorded(let entry, _)) = self { entry } else { nil }
    }

    var error: PostingError? { if case .failure(let error) = self { error } else { nil } }

    var isReplayed: Bool {
        if case .success(.recorded(_, let replayed)) = self { replayed } else { false }
    }

    var isPosted: Bool { entry.map { $0.refusal == nil } ?? false }
}

extension LedgerCommand {
    /// The number of a sample order.
    var requestNumber: Int? {
        guard case .post(let order) = self else { return nil }
        return Int(order.requestID.dropFirst(4))
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Counts batches that run at once and have a claim in common.
final class ConflictWatcher: LedgerStore {
    private struct State {
        var claimed: [Claim: Int] = [:]
        var atOnce = 0
        var atOnceMax = 0
        var conflicts = 0
    }

    private let store: any LedgerStore
    private let state = Mutex(State())

    init(_ store: any LedgerStore) { self.store = store }

    var conflicts: Int { state.withLock { $0.conflicts } }
    var atOnceMax: Int { state.withLock { $0.atOnceMax } }

    func preview(_ command: LedgerCommand) async throws(StoreError) -> LedgerOutcome {
        try await store.preview(command)
    }

    func commit(_ commands: [LedgerCommand]) async throws(StoreError) -> [LedgerOutcome] {
        let claims = Set(commands.flatMap(\.claims))
        state.withLock { state in
            state.atOnce += 1
            state.atOnceMax = max(state.atOnceMax, state.atOnce)
            for claim in claims {
                if state.claimed[claim, default: 0] > 0 { state.conflicts += 1 }
                state.claimed[claim, default: 0] += 1
            }
        }
        try? await Task.sleep(for: .milliseconds(1))
        let outcomes = try await store.commit(commands)
        state.withLock { state in
            state.atOnce -= 1
            for claim in claims { state.claimed[claim, default: 1] -= 1 }
        }
        return outcomes
    }
}
