package import BankAPI
import Ledger

/// Puts the journal and the interaction log together into the trace of a request.
package struct Traces: Sendable {
    private let journal: any JournalReader
    private let store: any InteractionStore

    /// A request moves at most 1,000 transactions (a batch); of their pushes, the latest.
    private static let transactionsMax = 1_000
    private static let recordsMax = 5_000

    package init(journal: any JournalReader, store: any InteractionStore) {
        self.journal = journal
        self.store = store
    }

    /// What the viewer may see of the request; nil if that is nothing.
    package func trace(
        _ id: String, for viewer: Viewer
    ) async throws(RealtimeStoreError) -> Trace? {
        var filter = InteractionFilter()
        filter.requestID = id
        if !viewer.isStaff { filter.customerID = viewer.customerID }
        let transactions = try await journal.transactions(
            requestID: id, limit: Self.transactionsMax
        ).filter { $0.isVisible(to: viewer) }
        let records = try await store.records(filter, after: nil, limit: Self.recordsMax)
        if transactions.isEmpty && records.isEmpty { return nil }
        return Trace(requestID: id, transactions: transactions, records: records)
    }
}
