package import BankCore
package import Ledger

extension InMemoryLedger: AccountHistory {
    package func entries(
        of account: AccountID, _ seqs: ClosedRange<Int64>
    ) async throws(StoreError) -> [Transaction] {
        history(of: account).filter { seqs.contains($0.seq) }.map(\.entry)
    }

    package func seq(
        of account: AccountID, before time: Timestamp, last: Int64
    ) async throws(StoreError) -> Int64 {
        let entries = history(of: account)
        return SeqSearch.last(through: last) { seq in
            entries.first { $0.seq == seq }.map { $0.entry.committedAt < time } == true
        }
    }

    /// The account's entries by their seqs.
    private func history(of account: AccountID) -> [(seq: Int64, entry: Transaction)] {
        snapshot.transactions.values.flatMap { entry in
            entry.postings.filter { $0.accountID == account }.map { ($0.seq, entry) }
        }.sorted { $0.seq < $1.seq }
    }
}
