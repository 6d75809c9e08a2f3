import Ledger
import Synchronization

/// Which types there are, for reading requests: known for ever once read, for types are never
/// taken away. What they allow is decided with the posting.
package final class KnownTypes: Sendable {
    private struct Codes: Sendable {
        var accounts: Set<AccountTypeCode>
        var orders: Set<TransactionTypeCode>

        init(_ catalogue: Catalogue) {
            accounts = Set(catalogue.accountTypes.keys)
            // A hold is ordered in a place of its own, with a time.
            orders = Set(catalogue.transactionTypes.keys).subtracting([.hold])
        }
    }

    private let store: any CatalogueStore
    private let known = Mutex(Codes(.builtIn))

    package init(store: any CatalogueStore) { self.store = store }

    /// The types of customers' accounts. They are read anew if what is asked for is none that
    /// is known.
    func accountTypes(asked: String?) async throws(StoreError) -> Set<AccountTypeCode> {
        let codes = known.withLock { $0 }
        guard let asked, TypeCode.isWellFormed(asked),
            !codes.accounts.contains(AccountTypeCode(rawValue: asked))
        else { return codes.accounts }
        return try await reread().accounts
    }

    /// The types that `POST /transactions` takes, likewise.
    func orderTypes(
        asked: some Sequence<String>
    ) async throws(StoreError) -> Set<TransactionTypeCode> {
        let codes = known.withLock { $0 }
        let isNew = asked.contains { code in
            !codes.orders.contains(TransactionTypeCode(rawValue: code))
                && TypeCode.isWellFormed(code)
        }
        return isNew ? try await reread().orders : codes.orders
    }

    private func reread() async throws(StoreError) -> Codes {
        let codes = Codes(try await store.catalogue())
        known.withLock { $0 = codes }
        return codes
    }
}
