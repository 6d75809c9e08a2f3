import Ledger
import Logging

extension PostingEngine {
    /// Commits the commands together. When one of them breaks the batch, its halves are tried,
    /// so that only the culprit fails; alone it gets some more chances, for what another process
    /// wrote in the meantime is seen by the next read. The results stand in the order of the
    /// commands.
    func commit(_ commands: [LedgerCommand], attempt: Int = 1) async -> [PostingResult] {
        do {
            return try await store.commit(commands).map(PostingResult.success)
        } catch .poisoned where commands.count > 1 {
            return await commitInHalves(commands)
        } catch .poisoned where attempt < limits.aloneAttemptsMax {
            return await commit(commands, attempt: attempt + 1)
        } catch {
            logger.error("A batch failed.", metadata: ["batch.fault": "\(error)"])
            return commands.map { _ in .failure(PostingError(error)) }
        }
    }

    private func commitInHalves(_ commands: [LedgerCommand]) async -> [PostingResult] {
        metrics.countSplit()
        let middle = commands.count / 2
        let first = await commit(Array(commands[..<middle]))
        return await first + commit(Array(commands[middle...]))
    }
}

extension PostingError {
    fileprivate init(_ error: StoreError) {
        switch error {
        case .unavailable: self = .unavailable
        case .outcomeUnknown: self = .outcomeUnknown
        case .poisoned: self = .faulty
        }
    }
}
