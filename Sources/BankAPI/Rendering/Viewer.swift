package import Ledger

/// Who looks at an account or a transaction; decides what is shown of it.
package struct Viewer: Hashable, Sendable {
    package let customerID: CustomerID
    package let isStaff: Bool

    package init(customerID: CustomerID, isStaff: Bool) {
        self.customerID = customerID
        self.isStaff = isStaff
    }
}

extension Transaction {
    /// Both parties see it, the receiver of a hold too; a refused one is seen by its initiator;
    /// staff see all.
    package func isVisible(to viewer: Viewer) -> Bool {
        if viewer.isStaff || initiator.customerID == viewer.customerID { return true }
        guard refusal == nil else { return false }
        return to.customerID == viewer.customerID
            || postings.contains { $0.customerID == viewer.customerID }
    }
}
