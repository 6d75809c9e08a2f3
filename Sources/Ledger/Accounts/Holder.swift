/// What the rules need to know of a customer to open and close accounts.
package struct Holder: Hashable, Sendable {
    package let id: CustomerID
    package var name: String
    package var isClosed: Bool
    /// Accounts that are not closed.
    package var openAccounts: Int

    package init(id: CustomerID, name: String, isClosed: Bool = false, openAccounts: Int = 0) {
        self.id = id
        self.name = name
        self.isClosed = isClosed
        self.openAccounts = openAccounts
    }
}
