/// The one way in which money moves: hands a command to the posting engine and waits for what
/// became of it, at most the command's deadline (5 s).
///
/// Use cases take this port; ``PostingEngine`` is it in the service.
package protocol LedgerGate: Sendable {
    func perform(
        _ command: LedgerCommand, as workload: Workload
    ) async throws(PostingError) -> LedgerOutcome

    /// Hands over many commands at once and waits for all of them. Commands on the same account
    /// are decided in their order; the results stand in it.
    func performAll(_ commands: [LedgerCommand], as workload: Workload) async -> [PostingResult]

    /// What would become of the command now, by the same rules; nothing is written.
    func preview(_ command: LedgerCommand) async throws(StoreError) -> LedgerOutcome
}

extension LedgerGate {
    package func perform(_ command: LedgerCommand) async throws(PostingError) -> LedgerOutcome {
        try await perform(command, as: .ordinary)
    }
}

/// Two kinds of work share the engine fairly: a long bulk order never holds up a single one.
package enum Workload: Hashable, Sendable, CaseIterable {
    case ordinary, bulk
}

/// Why the engine can tell no outcome.
package enum PostingError: Error, Hashable, Sendable {
    /// The expected wait is too long. Nothing was done; ask again after so many seconds.
    case overloaded(retryAfterSeconds: Int)
    /// Nothing was done: the store can't be reached, or the service ends.
    case unavailable
    /// It may or may not have been done; a retry with the same key tells.
    case outcomeUnknown
    /// An earlier request with the same key still runs.
    case requestInProgress
    /// Nothing was done: the store takes everything but this command.
    case faulty
}

package typealias PostingResult = Result<LedgerOutcome, PostingError>
