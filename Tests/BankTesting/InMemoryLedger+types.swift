package import BankCore
package import Ledger
import Synchronization

extension InMemoryLedger: CatalogueStore {
    package func catalogue() async throws(StoreError) -> Catalogue { snapshot.catalogue }

    package func change(
        _ change: CatalogueChange
    ) async throws(StoreError) -> CatalogueOutcome {
        state.withLock { state in
            do throws(CatalogueRejection) {
                return .changed(try state.catalogue.apply(change))
            } catch {
                return .rejected(error)
            }
        }
    }
}
