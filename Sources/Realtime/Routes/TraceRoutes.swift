import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `GET /api/v1/websocket/trace/{requestId}`: each caller sees what is theirs, staff everything.
package struct TraceRoutes: Sendable {
    private let journal: any JournalReader
    private let store: any InteractionStore

    /// A request moves at most 1,000 transactions (a batch); of their pushes, the latest.
    private static let transactionsMax = 1_000
    private static let recordsMax = 5_000

    package init(journal: any JournalReader, store: any InteractionStore) {
        self.journal = journal
        self.store = store
    }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/trace/{requestId}") { _, context in
                let identity = try context.identity()
                guard let id = context.parameters.get("requestId"), RequestID.isValid(id) else {
                    throw Problem(.notFound)
                }
                let viewer = Viewer(
                    customerID: identity.customerID, isStaff: identity.isStaff)
                return try await trace(id, for: viewer)
            }
        }
    }

    private func trace(_ id: String, for viewer: Viewer) async throws(Problem) -> Response {
        var filter = InteractionFilter()
        filter.requestID = id
        if !viewer.isStaff { filter.customerID = viewer.customerID }
        let transactions: [Transaction]
        let records: [InteractionRecord]
        do {
            transactions = try await journal.transactions(
                requestID: id, limit: Self.transactionsMax
            ).filter { $0.isVisible(to: viewer) }
            records = try await store.records(filter, after: nil, limit: Self.recordsMax)
        } catch {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
        guard !transactions.isEmpty || !records.isEmpty else { throw Problem(.notFound) }
        let trace = Trace(requestID: id, transactions: transactions, records: records)
        return Response(json: JSONWriter.bytes { $0.trace(trace, for: viewer) })
    }
}
