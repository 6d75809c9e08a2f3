package import Ledger

/// Where the types of accounts and transactions are kept. Orders are decided by them as they
/// stand in the very transaction that posts.
package protocol CatalogueStore: Sendable {
    /// As the last commit left it (read concern majority).
    func catalogue() async throws(StoreError) -> Catalogue

    /// Does the change by ``Catalogue/apply(_:)``, or says what stands in its way.
    func change(_ change: CatalogueChange) async throws(StoreError) -> CatalogueOutcome
}

package enum CatalogueOutcome: Hashable, Sendable {
    case changed(CatalogueEntry)
    case rejected(CatalogueRejection)
}
