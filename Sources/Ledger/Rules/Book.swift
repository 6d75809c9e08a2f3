/// The accounts that a batch of commands touches, and the rules that change them.
///
/// Pure: the commands one after another (``decide(_:at:)``, ``open(_:accountsMax:)``,
/// ``change(_:to:by:at:)``) leave in ``accounts`` how the accounts stand then, and in
/// ``changes`` what is to be stored. Someone else commits all of it, or nothing.
package struct Book: Sendable {
    package internal(set) var accounts: [AccountID: Account] = [:]
    package internal(set) var holders: [CustomerID: Holder] = [:]
    package internal(set) var changes = Changes()
    /// The types by which orders and limits are decided.
    package var catalogue: Catalogue
    private var numbers: [AccountNumber: AccountID] = [:]
    /// Journal entries by the caller's key: stored ones and those of this book.
    var recorded: [IdempotencyScope: Transaction] = [:]
    /// External references of posted entries: stored ones and those of this book.
    var references: Set<ReferenceScope>
    /// Journal entries that commands are to end, as storage has them.
    package let parents: [TransactionID: Transaction]

    /// - Parameters:
    ///   - accounts: all that the commands name and that exist.
    ///   - holders: the customers for whom accounts are opened or closed.
    ///   - recorded: earlier entries that carry an idempotency key of the commands.
    ///   - parents: earlier entries that the commands name to end them.
    ///   - references: those of the commands' external references that are used.
    ///   - catalogue: the bank's types of accounts and transactions.
    package init(
        accounts: some Sequence<Account>, holders: some Sequence<Holder> = [Holder](),
        recorded: some Sequence<Transaction> = [Transaction](),
        parents: some Sequence<Transaction> = [Transaction](),
        references: Set<ReferenceScope> = [], catalogue: Catalogue = .builtIn
    ) {
        self.catalogue = catalogue
        self.references = references
        self.parents = Dictionary(parents.map { ($0.id, $0) }) { first, _ in first }
        for account in accounts { load(account) }
        for holder in holders { self.holders[holder.id] = holder }
        for transaction in recorded {
            guard let scope = IdempotencyScope(of: transaction) else { continue }
            self.recorded[scope] = transaction
        }
    }

    package func account(_ reference: AccountReference) -> Account? {
        switch reference {
        case .id(let id): accounts[id]
        case .number(let number): numbers[number].flatMap { accounts[$0] }
        case .cash(let currency): accounts[.cash(currency)]
        }
    }

    mutating func load(_ account: Account) {
        accounts[account.id] = account
        numbers[account.number] = account.id
    }

    /// Writes an account back, and remembers how it stood in storage.
    mutating func store(_ account: Account) {
        let before = accounts.updateValue(account, forKey: account.id)
        if let before { changes.remember(before) }
    }
}

/// What the commands on a ``Book`` changed, to be stored all or nothing.
package struct Changes: Sendable {
    /// New entries of the journal, posted and refused, in the order of their decision.
    package internal(set) var transactions: [Transaction] = []
    /// Which entries were ended, those of storage and new ones.
    package internal(set) var endings: [TransactionID: Ending] = [:]
    /// New accounts. How they stand at the end is in ``Book/accounts``.
    package internal(set) var opened: [AccountID] = []
    /// The accounts that existed before and changed, as storage has them.
    package private(set) var before: [AccountID: Account] = [:]
    /// New customers.
    package internal(set) var enrolled: [CustomerID] = []
    /// How many more accounts (or fewer) the customers that existed before have open now.
    package internal(set) var openAccounts: [CustomerID: Int] = [:]

    /// The new entries as they stand at the end of the batch.
    package var entries: [Transaction] {
        guard !endings.isEmpty else { return transactions }
        return transactions.map { entry in
            var entry = entry
            entry.ending = endings[entry.id]
            return entry
        }
    }

    package var isEmpty: Bool {
        transactions.isEmpty && opened.isEmpty && before.isEmpty && enrolled.isEmpty
    }

    mutating func remember(_ account: Account) {
        guard before[account.id] == nil, !opened.contains(account.id) else { return }
        before[account.id] = account
    }
}

/// Where an idempotency key counts: it belongs to its caller.
package struct IdempotencyScope: Hashable, Sendable {
    package let customerID: CustomerID
    package let key: String

    package init(customerID: CustomerID, key: String) {
        self.customerID = customerID
        self.key = key
    }

    /// Nil when the order carries no key.
    package init?(of order: Order) {
        guard let idempotency = order.idempotency else { return nil }
        self.init(customerID: order.initiator.customerID, key: idempotency.key)
    }

    package init?(of transaction: Transaction) {
        guard let idempotency = transaction.idempotency else { return nil }
        self.init(customerID: transaction.initiator.customerID, key: idempotency.key)
    }
}

/// Where an external reference counts: a customer posts with each one once. What was refused
/// leaves it free.
package struct ReferenceScope: Hashable, Sendable {
    package let customerID: CustomerID
    package let reference: String

    package init(customerID: CustomerID, reference: String) {
        self.customerID = customerID
        self.reference = reference
    }

    /// Nil when the order carries no reference.
    package init?(of order: Order) {
        guard let reference = order.details.externalReference else { return nil }
        self.init(customerID: order.initiator.customerID, reference: reference)
    }

    /// Nil when the entry carries no reference, or was refused.
    package init?(of transaction: Transaction) {
        guard transaction.refusal == nil, let reference = transaction.details.externalReference
        else { return nil }
        self.init(customerID: transaction.initiator.customerID, reference: reference)
    }
}
