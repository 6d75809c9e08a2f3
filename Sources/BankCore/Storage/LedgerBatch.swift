package import Ledger

/// A batch of commands on its way: the rules, applied one command after another to what a store
/// has read (``LedgerNeeds``), and what the store must write then, all or nothing.
///
/// Both stores, in memory and on MongoDB, run exactly this.
package struct LedgerBatch: Sendable {
    /// How the accounts stand after the commands, and what changed.
    package private(set) var book: Book
    /// New customers.
    package private(set) var customers: [Customer] = []
    package private(set) var notices: [Notice] = []
    private var taken: Set<CustomerIdentity>
    private let time: Timestamp
    private let identifiers: IdentifierGenerator

    /// - Parameters:
    ///   - book: the accounts, customers and earlier entries that ``LedgerNeeds`` asks for, as
    ///     far as they exist.
    ///   - taken: those of the wanted identities that some customer has already.
    ///   - time: when the batch is decided; every entry of it carries it.
    package init(
        book: Book, taken: Set<CustomerIdentity> = [], at time: Timestamp,
        identifiers: IdentifierGenerator
    ) {
        self.book = book
        self.taken = taken
        self.time = time
        self.identifiers = identifiers
    }

    /// Decides the commands; the outcomes stand in their order.
    package mutating func decide(_ commands: [LedgerCommand]) -> [LedgerOutcome] {
        commands.map { command in
            do throws(CommandRejection) {
                return try decide(command)
            } catch {
                return .rejected(error)
            }
        }
    }

    private mutating func decide(
        _ command: LedgerCommand
    ) throws(CommandRejection) -> LedgerOutcome {
        switch command {
        case .post(let order): return try post(order)
        case .signUp(let customer, let account, let opening):
            return try signUp(customer, account, opening: opening)
        case .openAccount(let account, let accountsMax, let origin):
            let opened = try ledger { book throws(Rejection) in
                try book.open(account, accountsMax: accountsMax)
            }
            notify(.accountOpened, opened, requestID: origin.requestID, reason: nil)
            return .opened(opened)
        case .changeAccount(let id, let change, let origin):
            return try self.change(id, to: change, origin: origin)
        }
    }

    private mutating func post(_ order: Order) throws(CommandRejection) -> LedgerOutcome {
        switch book.decide(order, at: time) {
        case .recorded(let transaction): .recorded(transaction, replayed: false)
        case .replayed(let transaction): .recorded(transaction, replayed: true)
        case .rejected(let rejection): throw CommandRejection(rejection)
        }
    }

    private mutating func signUp(
        _ customer: Customer, _ account: Account, opening: Order?
    ) throws(CommandRejection) -> LedgerOutcome {
        for identity in customer.identities where taken.contains(identity) {
            throw identity.rejection
        }
        let opened = try ledger { book throws(Rejection) in
            try book.enroll(Holder(id: customer.id, name: customer.name), with: account)
        }
        taken.formUnion(customer.identities)
        customers.append(customer)
        if let opening { _ = book.decide(opening, at: time) }
        return .signedUp(customer, book.accounts[opened.id] ?? opened)
    }

    private mutating func change(
        _ id: AccountID, to change: AccountChange, origin: Origin
    ) throws(CommandRejection) -> LedgerOutcome {
        let time = time
        let changed = try ledger { book throws(Rejection) in
            try book.change(id, to: change, by: origin.initiator, at: time)
        }
        switch change {
        case .status(_, let reason):
            notify(.accountStatus, changed, requestID: origin.requestID, reason: reason)
        case .close: notify(.accountStatus, changed, requestID: origin.requestID, reason: nil)
        case .description, .overdraftLimit: break
        }
        return .changed(changed)
    }

    private mutating func notify(
        _ kind: Notice.Kind, _ account: Account, requestID: String, reason: String?
    ) {
        guard let customerID = account.customerID else { return }
        var data = [
            "number": account.number.description, "type": account.type.rawValue,
            "currency": account.currency.code, "status": account.status.rawValue,
        ]
        data["reason"] = reason
        notices.append(
            Notice(
                id: identifiers.next(), kind: kind, customerID: customerID,
                accountID: account.id, requestID: requestID, at: time, data: data))
    }

    private mutating func ledger<Value>(
        _ body: (inout Book) throws(Rejection) -> Value
    ) throws(CommandRejection) -> Value {
        do {
            return try body(&book)
        } catch {
            throw CommandRejection(error)
        }
    }
}

extension CommandRejection: Error {
    init(_ rejection: Rejection) {
        self =
            switch rejection {
            case .accountNotFound: .accountNotFound
            case .accountClosed: .accountClosed
            case .accountLimitReached: .accountLimitReached
            case .accountNumberTaken: .accountNumberTaken
            case .balanceNotZero: .balanceNotZero
            case .holdsOpen: .holdsOpen
            case .limitOutOfRange: .limitOutOfRange
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .customerNotFound: .customerNotFound
            case .customerClosed: .customerClosed
            }
    }
}
