package import Ledger

/// What lets others check the books: the sums of all accounts, and the hash chains.
package protocol LedgerProof: Sendable {
    /// Every currency in which there was ever a customer's account or a movement, by its code;
    /// all of one moment.
    func trialBalance() async throws(StoreError) -> [TrialBalanceLine]

    /// The chains' last blocks that no other chain's first block names yet. Whoever keeps them
    /// can prove later that nothing before them was changed or cut.
    func heads() async throws(StoreError) -> [ChainHead]

    /// The block that holds this journal entry.
    func block(of entry: TransactionID) async throws(StoreError) -> ChainHead?

    /// Newest first.
    func blocks(_ page: PageRequest<BlockID>) async throws(StoreError) -> Page<StoredBlock>
}

/// The sums of one currency: accounts above zero are what the bank owes (credits), accounts
/// below zero what it is owed (debits).
package struct TrialBalanceLine: Hashable, Sendable {
    package let currency: Currency
    /// Decimal minor units, never negative. Sums of many accounts may pass Int64.
    package let debits: Int128
    package let credits: Int128
    package let accounts: Int64

    package init(currency: Currency, debits: Int128, credits: Int128, accounts: Int64) {
        self.currency = currency
        self.debits = debits
        self.credits = credits
        self.accounts = accounts
    }

    /// Zero, if the books are right.
    package var difference: Int128 { debits - credits }
}

/// A block without its entries.
package struct StoredBlock: Hashable, Sendable {
    package let id: BlockID
    package let head: ChainHead
    package let previous: Hash?
    /// How many journal entries it holds.
    package let entryCount: Int64
    package let committedAt: Timestamp

    package init(
        id: BlockID, head: ChainHead, previous: Hash?, entryCount: Int64, committedAt: Timestamp
    ) {
        self.id = id
        self.head = head
        self.previous = previous
        self.entryCount = entryCount
        self.committedAt = committedAt
    }
}
