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
    /// Customers who existed before and changed.
    package private(set) var customerUpdates: [CustomerID: CustomerUpdate] = [:]
    package private(set) var notices: [Notice] = []
    private var known: [CustomerID: Customer]
    private var taken: Set<CustomerIdentity>
    private let time: Timestamp
    private let identifiers: IdentifierGenerator

    /// - Parameters:
    ///   - book: the accounts, customers and earlier entries that ``LedgerNeeds`` asks for, as
    ///     far as they exist.
    ///   - known: the customers that are to change, as far as they exist.
    ///   - taken: those of the wanted identities that some customer has already.
    ///   - time: when the batch is decided; every entry of it carries it.
    package init(
        book: Book, known: [Customer] = [], taken: Set<CustomerIdentity> = [],
        at time: Timestamp, identifiers: IdentifierGenerator
    ) {
        self.book = book
        self.known = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
        self.taken = taken
        self.time = time
        self.identifiers = identifiers
    }

    /// Decides the commands; the outcomes stand in their order.
    package mutating func decide(_ commands: [LedgerCommand]) -> [LedgerOutcome] {
        commands.map { decide($0) }
    }

    package mutating func decide(_ command: LedgerCommand) -> LedgerOutcome {
        do throws(CommandRejection) {
            return try outcome(of: command)
        } catch {
            return .rejected(error)
        }
    }

    private mutating func outcome(
        of command: LedgerCommand
    ) throws(CommandRejection) -> LedgerOutcome {
        switch command {
        case .post(let order): return try post(order)
        case .postTogether(let orders):
            return .recordedTogether(book.decideTogether(orders, at: time))
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
        case .changeCustomer(let id, let change, let role, let origin):
            return try self.change(id, to: change, by: role, origin: origin)
        }
    }

    private mutating func post(_ order: Order) throws(CommandRejection) -> LedgerOutcome {
        switch book.decide(order, at: time) {
        case .recorded(let transaction):
            noteExpiry(transaction)
            return .recorded(transaction, replayed: false)
        case .replayed(let transaction): return .recorded(transaction, replayed: true)
        case .rejected(let rejection): throw CommandRejection(rejection)
        }
    }

    /// Both sides of a hold are told that its time was over.
    private mutating func noteExpiry(_ entry: Transaction) {
        guard entry.type == .release, entry.initiator.authority == .bank,
            let hold = entry.parent.map({ HoldID(of: $0) })
        else { return }
        var told: Set<CustomerID> = []
        for party in [entry.from, entry.to] {
            guard let customer = party.customerID, told.insert(customer).inserted else { continue }
            notices.append(
                Notice(
                    id: identifiers.next(), kind: .holdExpired, customerID: customer,
                    accountID: party.accountID, requestID: entry.requestID, at: time,
                    data: [
                        "holdId": hold.description, "amount": "\(entry.amount.minorUnits)",
                        "currency": entry.amount.currency.code,
                    ]))
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
        case .limits: notify(.accountLimits, changed, requestID: origin.requestID, reason: nil)
        case .description: break
        }
        return .changed(changed)
    }

    private mutating func change(
        _ id: CustomerID, to change: CustomerChange, by role: Role, origin: Origin
    ) throws(CommandRejection) -> LedgerOutcome {
        guard let before = known[id] else { throw .customerNotFound }
        let after = try before.changed(
            by: change, actor: origin.initiator.customerID, role: role, at: time)
        guard after != before else { return .changedCustomer(before) }
        let new = Set(after.identities).subtracting(before.identities)
        for identity in after.identities where new.contains(identity) && taken.contains(identity) {
            throw identity.rejection
        }
        let time = time
        try ledger { book throws(Rejection) in
            switch change {
            case .close: try book.close(id, at: time)
            case .person where after.name != before.name:
                try book.rename(id, to: after.name, at: time)
            case .person, .role, .password: break
            }
        }
        taken.formUnion(new)
        known[id] = after
        note(CustomerUpdate(after: after, end: change.sessionsEnd))
        if change == .close {
            notices.append(
                Notice(
                    id: identifiers.next(), kind: .customerClosed, customerID: id,
                    accountID: nil, requestID: origin.requestID, at: time, data: [:]))
        }
        return .changedCustomer(after)
    }

    /// The last state counts; of two endings of sessions the one that spares none.
    private mutating func note(_ update: CustomerUpdate) {
        var update = update
        let earlier = customerUpdates[update.after.id]?.end
        if update.end == nil || earlier?.keeping == nil, let earlier { update.end = earlier }
        customerUpdates[update.after.id] = update
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
        if kind == .accountLimits {
            data["overdraftLimit"] = String(account.overdraftLimit)
            data["dailyDebitLimit"] = account.dailyDebitLimit.map(String.init)
        }
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
            case .overdraftNotAllowed: .overdraftNotAllowed
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .customerNotFound: .customerNotFound
            case .customerClosed: .customerClosed
            case .transactionNotFound: .transactionNotFound
            case .endingForbidden: .notAllowed
            case .holdNotPending: .holdNotPending
            case .captureExceedsHold: .captureExceedsHold
            case .alreadyReversed: .alreadyReversed
            case .alreadyCancelled: .alreadyCancelled
            case .notReversible: .notReversible
            case .notCancellable: .notCancellable
            case .cancellationWindowOver: .cancellationWindowOver
            }
    }
}
