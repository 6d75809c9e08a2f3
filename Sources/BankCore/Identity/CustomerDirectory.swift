package import Ledger

/// Finding customers. Those who closed are found too; the use cases look at their status.
package protocol CustomerDirectory: Sendable {
    func customer(_ id: CustomerID) async throws(StoreError) -> Customer?

    /// By ``EmailAddress/key``.
    func customer(emailKey: String) async throws(StoreError) -> Customer?

    /// Oldest first: ascending by id.
    func customers(
        _ filter: CustomerFilter, _ page: PageRequest<CustomerID>
    ) async throws(StoreError) -> Page<Customer>
}
