import Ledger
import ServiceKit

extension Transactions {
    /// Posts up to 1,000 orders, each for itself or all or none, and tells of each in its place.
    ///
    /// Orders each for themselves share the engine's lanes with everyone's: they are cut into
    /// batches that never take more than half of the place, so that nobody waits for them.
    ///
    /// - Throws: a `Problem` where the outcome of an order is not known, or the bank can't take
    ///   it now: the same batch again does what is left, and tells the rest.
    func post(
        _ batch: BatchRequest, by identity: Identity, origin: Origin
    ) async throws -> BatchResult {
        var orders: [Result<Order, Problem>] = []
        orders.reserveCapacity(batch.items.count)
        for item in batch.items {
            orders.append(try await order(of: item, by: identity, origin: origin))
        }
        return batch.isAtomic ? try await postTogether(orders) : try await postEach(orders)
    }

    private func order(
        of item: Result<KeyedOrderRequest, Problem>, by identity: Identity, origin: Origin
    ) async throws -> Result<Order, Problem> {
        switch item {
        case .failure(let problem): return .failure(problem)
        case .success(let request):
            do {
                return .success(
                    try await order(
                        for: request.order, key: request.key, by: identity, origin: origin))
            } catch let problem as Problem {
                return .failure(problem)
            }
        }
    }

    private func postEach(_ orders: [Result<Order, Problem>]) async throws -> BatchResult {
        let commands = orders.compactMap { try? LedgerCommand.post($0.get()) }
        var results = try await gate.performAll(commands, as: .bulk).map { try $0.get() }[...]
        let outcomes = orders.map { order in
            switch order {
            case .failure(let problem): BatchOutcome.invalid(problem)
            case .success: results.popFirst().map(BatchOutcome.init) ?? .notPosted
            }
        }
        return BatchResult(outcomes: outcomes, isRefused: false)
    }

    private func postTogether(_ orders: [Result<Order, Problem>]) async throws -> BatchResult {
        let valid = orders.compactMap { try? $0.get() }
        guard valid.count == orders.count else {
            return BatchResult(
                outcomes: orders.map { order in
                    switch order {
                    case .failure(let problem): .invalid(problem)
                    case .success: .notPosted
                    }
                }, isRefused: true)
        }
        let outcome = try await gate.perform(.postTogether(valid), as: .bulk)
        guard case .recordedTogether(let joint) = outcome else { throw Problem(.internalError) }
        return BatchResult(
            outcomes: joint.decisions.map { BatchOutcome($0, arePosted: joint.arePosted) },
            isRefused: !joint.arePosted)
    }
}
