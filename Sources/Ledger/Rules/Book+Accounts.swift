extension Book {
    /// A new customer, not known to storage yet.
    package mutating func enroll(_ customer: CustomerID) {
        holders[customer] = Holder(id: customer)
        changes.enrolled.append(customer)
    }

    /// Opens an account for its customer, who must have fewer than `accountsMax` open.
    /// - Throws: `customerClosed`, `accountLimitReached`.
    @discardableResult
    package mutating func open(
        _ account: Account, accountsMax: Int, by initiator: Initiator, requestID: String
    ) throws(Rejection) -> Account {
        guard let customerID = account.customerID, let holder = holders[customerID],
            !holder.isClosed
        else { throw .customerClosed }
        guard holder.openAccounts < accountsMax else { throw .accountLimitReached }
        countOpenAccounts(of: customerID, by: 1)
        load(account)
        changes.opened.append(account.id)
        notify(.opened, account, initiator, requestID, account.createdAt)
        return account
    }

    /// Changes what an account has beside its balance. Owners may describe and close their own
    /// accounts, staff may change all but the bank's own.
    /// - Throws: `accountNotFound` (also for what is not the caller's to change),
    ///   `accountClosed`, `balanceNotZero`, `holdsOpen`, `limitOutOfRange`.
    @discardableResult
    package mutating func change(
        _ id: AccountID, to change: AccountChange, by initiator: Initiator, requestID: String,
        at time: Timestamp
    ) throws(Rejection) -> Account {
        guard var account = accounts[id], let owner = account.customerID,
            change.isAllowed(to: initiator, owner: owner)
        else { throw .accountNotFound }
        guard account.status != .closed else { throw .accountClosed }
        try account.apply(change)
        account.updatedAt = time
        store(account)
        if case .close = change { countOpenAccounts(of: owner, by: -1) }
        if let kind = change.noticeKind { notify(kind, account, initiator, requestID, time) }
        return account
    }

    private mutating func countOpenAccounts(of customer: CustomerID, by difference: Int) {
        guard let holder = holders[customer] else { return }
        if changes.holdersBefore[customer] == nil, !changes.enrolled.contains(customer) {
            changes.holdersBefore[customer] = holder
        }
        holders[customer]?.openAccounts = holder.openAccounts + difference
    }

    private mutating func notify(
        _ kind: AccountNoticeKind, _ account: Account, _ initiator: Initiator,
        _ requestID: String, _ time: Timestamp
    ) {
        changes.notices.append(
            AccountNotice(
                kind: kind, account: account, initiator: initiator, requestID: requestID,
                at: time))
    }
}

extension Account {
    fileprivate mutating func apply(_ change: AccountChange) throws(Rejection) {
        switch change {
        case .status(let status):
            // Closing has rules of its own.
            guard status != .closed else { throw .balanceNotZero }
            self.status = status
        case .description(let text): description = text
        case .limits(let limits):
            guard limits.isInRange else { throw .limitOutOfRange }
            overdraftLimit = limits.overdraftLimit
            dailyDebitLimit = limits.dailyDebitLimit
        case .close:
            guard posted == 0 else { throw .balanceNotZero }
            guard held == 0 else { throw .holdsOpen }
            status = .closed
        }
    }
}

extension AccountLimits {
    fileprivate var isInRange: Bool {
        let range = 0...Money.minorUnitsMax
        return range.contains(overdraftLimit) && dailyDebitLimit.map(range.contains) ?? true
    }
}

extension AccountChange {
    fileprivate func isAllowed(to initiator: Initiator, owner: CustomerID) -> Bool {
        switch (initiator.authority, self) {
        case (.staff, _): true
        case (.owner, .description), (.owner, .close): initiator.customerID == owner
        case (.owner, .status), (.owner, .limits): false
        }
    }

    fileprivate var noticeKind: AccountNoticeKind? {
        switch self {
        case .status, .close: .status
        case .limits: .limits
        case .description: nil
        }
    }
}
