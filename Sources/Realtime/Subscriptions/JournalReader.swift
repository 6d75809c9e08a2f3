package import Ledger

/// The journal as the push service reads it, beside following it. Read concern majority.
package protocol JournalReader: Sendable {
    /// The customers' accounts that are not closed, at most `limit` together.
    func positions(
        of customers: [CustomerID], limit: Int
    ) async throws(RealtimeStoreError) -> [AccountPosition]

    /// Those of `accounts` that exist.
    func positions(
        _ accounts: [AccountID]
    ) async throws(RealtimeStoreError) -> [AccountPosition]

    /// The entries of an account after one seq and through another, in order, at most `limit`.
    func entries(_ range: JournalRange) async throws(RealtimeStoreError) -> [Transaction]

    /// What one request moved or was refused, oldest first, at most `limit`.
    func transactions(
        requestID: String, limit: Int
    ) async throws(RealtimeStoreError) -> [Transaction]
}

/// A part of an account's journal: seqs `after + 1 ... through`, no more than `limit` of them.
package struct JournalRange: Hashable, Sendable {
    package let accountID: AccountID
    package let after: Int64
    package let through: Int64
    package let limit: Int

    package init(accountID: AccountID, after: Int64, through: Int64, limit: Int) {
        self.accountID = accountID
        self.after = after
        self.through = through
        self.limit = limit
    }
}

/// How far an account's journal reaches, and the balance there: read at one moment.
package struct AccountPosition: Hashable, Sendable {
    package let accountID: AccountID
    /// Nil for the bank's own accounts.
    package let customerID: CustomerID?
    package let seq: Int64
    package let balance: Balance
    /// There will be no further entry.
    package let isClosed: Bool

    package init(
        accountID: AccountID, customerID: CustomerID?, seq: Int64, balance: Balance,
        isClosed: Bool = false
    ) {
        self.accountID = accountID
        self.customerID = customerID
        self.seq = seq
        self.balance = balance
        self.isClosed = isClosed
    }
}

/// Minor units of one currency.
package struct Balance: Hashable, Sendable {
    package let posted: Int64
    package let held: Int64
    package let available: Int64
    package let currency: Currency

    package init(posted: Int64, held: Int64, available: Int64, currency: Currency) {
        self.posted = posted
        self.held = held
        self.available = available
        self.currency = currency
    }
}

/// A fault of the storage: it could not be asked in time. Nothing is known to have changed.
package enum RealtimeStoreError: Error, Hashable, Sendable {
    case unavailable
}
