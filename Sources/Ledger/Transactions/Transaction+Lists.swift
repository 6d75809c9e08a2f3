extension Transaction {
    /// In whose histories the entry stands: both sides, posted or refused. A hold and its
    /// release are the payer's alone; the receiver's history shows the capture.
    package var listedAccounts: [AccountID] {
        let sides = type == .hold || type == .release ? [from] : [from, to]
        var accounts: [AccountID] = []
        for case let account? in sides.map(\.accountID) where !accounts.contains(account) {
            accounts.append(account)
        }
        return accounts
    }

    /// In whose lists the entry stands: the initiator, and once it is posted the customers whose
    /// accounts it changed.
    package var listedCustomers: [CustomerID] {
        var customers = [initiator.customerID]
        for posting in postings {
            if let customer = posting.customerID, !customers.contains(customer) {
                customers.append(customer)
            }
        }
        return customers
    }
}
