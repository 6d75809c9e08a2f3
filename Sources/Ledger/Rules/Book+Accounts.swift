extension Book {
    /// A new customer, not known to storage yet, with a first account.
    /// - Throws: `accountNumberTaken`.
    package mutating func enroll(
        _ holder: Holder, with account: Account
    ) throws(Rejection) -> Account {
        guard self.account(.number(account.number)) == nil else { throw .accountNumberTaken }
        holders[holder.id] = holder
        changes.enrolled.append(holder.id)
        return try open(account, accountsMax: nil)
    }

    /// Opens an account for its customer, in the name that the customer has now.
    /// - Parameter accountsMax: how many accounts may then be open; nil: no limit.
    /// - Throws: `customerNotFound`, `customerClosed`, `accountLimitReached`,
    ///   `accountNumberTaken`, in this order.
    package mutating func open(
        _ account: Account, accountsMax: Int?
    ) throws(Rejection) -> Account {
        guard let customerID = account.customerID, let holder = holders[customerID] else {
            throw .customerNotFound
        }
        guard !holder.isClosed else { throw .customerClosed }
        guard holder.openAccounts < accountsMax ?? .max else { throw .accountLimitReached }
        guard self.account(.number(account.number)) == nil, accounts[account.id] == nil else {
            throw .accountNumberTaken
        }
        var opened = account
        opened.holderName = holder.name
        countOpenAccounts(of: customerID, by: 1)
        load(opened)
        changes.opened.append(opened.id)
        return opened
    }

    /// Changes what an account has beside its balance. Owners may describe and close their own
    /// accounts; staff may change all but the bank's own.
    /// - Throws: `accountNotFound` (also for what is not the initiator's to change),
    ///   `accountClosed`, `balanceNotZero`, `holdsOpen`, `limitOutOfRange`,
    ///   `overdraftNotAllowed`.
    package mutating func change(
        _ id: AccountID, to change: AccountChange, by initiator: Initiator, at time: Timestamp
    ) throws(Rejection) -> Account {
        guard var account = accounts[id], let owner = account.customerID,
            change.isAllowed(to: initiator, owner: owner)
        else { throw .accountNotFound }
        guard account.status != .closed else { throw .accountClosed }
        try account.apply(change, type: catalogue.type(of: account))
        account.updatedAt = time
        store(account)
        if account.status == .closed { countOpenAccounts(of: owner, by: -1) }
        return account
    }

    mutating func countOpenAccounts(of customer: CustomerID, by difference: Int) {
        if let holder = holders[customer] {
            holders[customer]?.openAccounts = max(0, holder.openAccounts + difference)
        }
        if !changes.enrolled.contains(customer) {
            changes.openAccounts[customer, default: 0] += difference
        }
    }
}

extension Account {
    fileprivate mutating func apply(
        _ change: AccountChange, type: AccountType?
    ) throws(Rejection) {
        switch change {
        case .description(let text): description = text
        case .limits(let limits):
            guard limits.areInRange else { throw .limitOutOfRange }
            if let overdraft = limits.overdraft, overdraft > 0, type?.overdraftAllowed == false {
                throw .overdraftNotAllowed
            }
            overdraftLimit = limits.overdraft ?? overdraftLimit
            dailyDebitLimit = limits.dailyDebit ?? dailyDebitLimit
        case .status(.closed, _), .close:
            guard posted == 0 else { throw .balanceNotZero }
            guard held == 0 else { throw .holdsOpen }
            status = .closed
        case .status(let status, _): self.status = status
        }
    }
}

extension AccountChange {
    fileprivate func isAllowed(to initiator: Initiator, owner: CustomerID) -> Bool {
        switch (initiator.authority, self) {
        case (.staff, _), (.bank, _): true
        case (.owner, .description), (.owner, .close): initiator.customerID == owner
        case (.owner, .status), (.owner, .limits): false
        }
    }
}
