package import BankCore
import Synchronization

/// A store with planned faults around another one. Remembers every batch it was given.
package final class FaultyStore: LedgerStore {
    package enum Fault: Hashable, Sendable {
        case unavailable
        /// The commit happens, or doesn't, and its reply is lost.
        case outcomeUnknown(happens: Bool)
        case poisoned
    }

    /// What goes wrong with this call: its number (from 1) and its commands.
    package typealias Plan = @Sendable (Int, [LedgerCommand]) -> Fault?

    private struct State {
        var batches: [[LedgerCommand]] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any LedgerStore
    private let plan: Plan
    private let state = Mutex(State())

    package init(_ store: any LedgerStore, plan: @escaping Plan = { _, _ in nil }) {
        self.store = store
        self.plan = plan
    }

    package var batches: [[LedgerCommand]] { state.withLock { $0.batches } }

    /// From now on commits stand still until ``release()``.
    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    package func commit(
        _ commands: [LedgerCommand]
    ) async throws(StoreError) -> [LedgerOutcome] {
        let number = state.withLock { state in
            state.batches.append(commands)
            return state.batches.count
        }
        await waitWhileHeld()
        switch plan(number, commands) {
        case .unavailable: throw .unavailable
        case .poisoned: throw .poisoned
        case .outcomeUnknown(let happens):
            if happens { _ = try await store.commit(commands) }
            throw .outcomeUnknown
        case nil: return try await store.commit(commands)
        }
    }

    package func preview(
        _ command: LedgerCommand
    ) async throws(StoreError) -> LedgerOutcome {
        try await store.preview(command)
    }

    private func waitWhileHeld() async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
    }
}
