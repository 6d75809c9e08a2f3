package import Ledger

/// What a store must read before it can decide a batch of commands.
package struct LedgerNeeds: Sendable {
    package private(set) var accountIDs: Set<AccountID> = []
    package private(set) var accountNumbers: Set<AccountNumber> = []
    package private(set) var customerIDs: Set<CustomerID> = []
    /// Customers to be read in full, with all their accounts that are open.
    package private(set) var wholeCustomerIDs: Set<CustomerID> = []
    package private(set) var keys: Set<IdempotencyScope> = []
    package private(set) var references: Set<ReferenceScope> = []
    /// Entries that are to be ended.
    package private(set) var parentIDs: Set<TransactionID> = []
    package private(set) var identities: Set<CustomerIdentity> = []
    /// Whether something is decided by the types of accounts and transactions.
    package private(set) var types = false

    package init(of commands: [LedgerCommand]) {
        for command in commands { add(command) }
    }

    private mutating func add(_ command: LedgerCommand) {
        switch command {
        case .post(let order): add(order)
        case .postTogether(let orders): for order in orders { add(order) }
        case .signUp(let customer, let account, let opening):
            identities.formUnion(customer.identities)
            accountNumbers.insert(account.number)
            if let opening { add(opening) }
        case .openAccount(let account, _, _):
            accountNumbers.insert(account.number)
            if let customerID = account.customerID { customerIDs.insert(customerID) }
        case .changeAccount(let id, let change, _):
            accountIDs.insert(id)
            if case .limits = change { types = true }
        case .changeCustomer(let id, let change, _, _):
            customerIDs.insert(id)
            wholeCustomerIDs.insert(id)
            identities.formUnion(change.identities)
        }
    }

    private mutating func add(_ order: Order) {
        for reference in [order.from, order.to] {
            switch reference {
            case .id(let id): accountIDs.insert(id)
            case .number(let number): accountNumbers.insert(number)
            case .cash(let currency): accountIDs.insert(.cash(currency))
            }
        }
        if let scope = IdempotencyScope(of: order) { keys.insert(scope) }
        if let reference = ReferenceScope(of: order) { references.insert(reference) }
        if !order.type.ends { types = true }
        if order.type.ends, let parent = order.parent { parentIDs.insert(parent) }
    }
}

/// Something that only one customer may have.
package enum CustomerIdentity: Hashable, Sendable {
    /// Normalised: ``Customer/emailKey``.
    case email(String)
    case phone(String)
    case nationalID(type: String, number: String)

    package var rejection: CommandRejection {
        switch self {
        case .email: .emailTaken
        case .phone: .phoneTaken
        case .nationalID: .nationalIDTaken
        }
    }
}

extension Customer {
    /// E-mail, phone and national id, as far as they are given; in the order of checking.
    package var identities: [CustomerIdentity] {
        var identities: [CustomerIdentity] = [.email(emailKey)]
        if let phone { identities.append(.phone(phone)) }
        if let nationalID {
            identities.append(.nationalID(type: nationalIDType ?? "", number: nationalID))
        }
        return identities
    }
}
