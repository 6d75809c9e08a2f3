package import BankCore
package import Ledger

/// Without a chain: it has no blocks.
extension InMemoryLedger: LedgerProof {
    package func trialBalance() async throws(StoreError) -> [TrialBalanceLine] {
        let accounts = snapshot.accounts.values.filter { !$0.isBanksOwn || $0.seq > 0 }
        return Dictionary(grouping: accounts, by: \.currency).map { currency, accounts in
            TrialBalanceLine(
                currency: currency,
                debits: accounts.reduce(0) { $0 - Int128(min(0, $1.posted)) },
                credits: accounts.reduce(0) { $0 + Int128(max(0, $1.posted)) },
                accounts: Int64(accounts.count))
        }.sorted { $0.currency.code < $1.currency.code }
    }

    package func heads() async throws(StoreError) -> [ChainHead] { [] }

    package func block(of entry: TransactionID) async throws(StoreError) -> ChainHead? { nil }

    package func blocks(
        _ page: PageRequest<BlockID>
    ) async throws(StoreError) -> Page<StoredBlock> { Page(items: [], hasMore: false) }
}
