/// The accounts that a batch of orders touches, and the rules that change them.
///
/// Pure: ``decide(_:at:)`` over the orders one after another yields what is to be recorded, and
/// leaves in ``accounts`` how the accounts stand then. Someone else commits both, or neither.
package struct Book: Sendable {
    package private(set) var accounts: [AccountID: Account]
    private var numbers: [AccountNumber: AccountID]

    package init(accounts: some Sequence<Account>) {
        self.accounts = [:]
        self.numbers = [:]
        for account in accounts { open(account) }
    }

    /// Adds an account, new or read from storage.
    package mutating func open(_ account: Account) {
        accounts[account.id] = account
        numbers[account.number] = account.id
    }

    package func account(_ reference: AccountReference) -> Account? {
        switch reference {
        case .id(let id): accounts[id]
        case .number(let number): numbers[number].flatMap { accounts[$0] }
        case .cash(let currency): accounts[.cash(currency)]
        }
    }
}

/// What the rules say to an order.
package enum Decision: Hashable, Sendable {
    /// A journal entry, posted or refused.
    case recorded(Transaction)
    /// Nothing to record: the caller may not even know the account.
    case rejected(Rejection)
}

extension AccountID {
    /// The bank's own cash account of a currency: the same id in every database.
    package static func cash(_ currency: Currency) -> AccountID {
        let code = currency.code.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return AccountID(high: 0x7000, low: 0x8000_0000_0000_0000 | code)
    }
}
