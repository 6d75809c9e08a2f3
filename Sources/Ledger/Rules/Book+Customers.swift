extension Book {
    /// Closes a customer for ever, and with them their accounts, which must all be in the book.
    /// - Throws: `customerNotFound`, `customerClosed`, `balanceNotZero`, `holdsOpen`.
    package mutating func close(
        _ customer: CustomerID, at time: Timestamp
    ) throws(Rejection) {
        guard let holder = holders[customer] else { throw .customerNotFound }
        guard !holder.isClosed else { throw .customerClosed }
        let open = openAccounts(of: customer)
        guard open.allSatisfy({ $0.posted == 0 }) else { throw .balanceNotZero }
        guard open.allSatisfy({ $0.held == 0 }) else { throw .holdsOpen }
        for var account in open {
            account.status = .closed
            account.updatedAt = time
            store(account)
            countOpenAccounts(of: customer, by: -1)
        }
        holders[customer]?.isClosed = true
    }

    /// Gives a customer and their accounts, which must all be in the book, another name. The
    /// journal keeps the names of its time.
    /// - Throws: `customerNotFound`, `customerClosed`.
    package mutating func rename(
        _ customer: CustomerID, to name: String, at time: Timestamp
    ) throws(Rejection) {
        guard let holder = holders[customer] else { throw .customerNotFound }
        guard !holder.isClosed else { throw .customerClosed }
        holders[customer]?.name = name
        for var account in openAccounts(of: customer) {
            account.holderName = name
            account.updatedAt = time
            store(account)
        }
    }

    private func openAccounts(of customer: CustomerID) -> [Account] {
        accounts.values.filter { $0.customerID == customer && $0.status != .closed }
    }
}
