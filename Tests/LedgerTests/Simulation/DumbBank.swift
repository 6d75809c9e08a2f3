import Ledger

/// The bank once more, as dumb as can be: it keeps nothing but lists, counts every balance anew
/// from all that was ever posted, and asks of every order every question.
///
/// Written from the contract, not from the ledger's code. A ``Fault`` makes it wrong on purpose:
/// a simulation that does not see the difference is worth nothing.
struct DumbBank {
    struct Entry {
        let from: AccountID
        let to: AccountID
        let amount: Int128
        let day: Int64
        let isSpending: Bool
    }

    struct Row {
        let id: AccountID
        let number: AccountNumber
        let owner: CustomerID?
        let type: AccountTypeCode
        let currency: String
        var status: AccountStatus
        var overdraft: Int64
        var dailyLimit: Int64?
    }

    let fault: Fault?
    var types = World.catalogues[0]
    private var rows: [Row]
    var entries: [Entry] = []
    var holds: [HoldRow] = []
    var records: [Record] = []
    private var keys: [(caller: CustomerID, key: String, digest: [UInt8], id: TransactionID)] = []

    init(fault: Fault? = nil) {
        self.fault = fault
        self.rows = World.accounts.map(Row.init)
    }

    mutating func perform(_ command: Command) -> Outcome {
        switch command {
        case .order(let order, let time): return decide(order, at: time)
        case .open(let account, let accountsMax):
            if let rejection = whyNotOpen(account, accountsMax) { return .rejected(rejection) }
            rows.append(Row(account))
            return .opened
        case .change(let id, let change, let initiator, _):
            if let rejection = whyNotChange(id, change, initiator) {
                return .rejected(rejection)
            }
            apply(change, to: id)
            return .changed
        case .types(let catalogue):
            types = catalogue
            return .changed
        }
    }

    // MARK: Orders

    private mutating func decide(_ order: Order, at time: Timestamp) -> Outcome {
        if let key = order.idempotency,
            let old = keys.first(where: {
                $0.key == key.key
                    && (fault == .keySharedByAll || $0.caller == order.initiator.customerID)
            })
        {
            return old.digest == key.digest || fault == .digestIgnored
                ? .replayed(old.id) : .rejected(.idempotencyKeyReused)
        }
        let isSettling = ["capture", "release"].contains(order.type.rawValue)
        if order.parent != nil,
            let rejection = isSettling
                ? whyNotSettle(order, at: time) : whyNotUndo(order, at: time)
        {
            return .rejected(rejection)
        }
        guard let from = row(order.from), order.parent != nil || isAllowed(order) else {
            return .rejected(.accountNotFound)
        }
        if let key = order.idempotency {
            keys.append((order.initiator.customerID, key.key, key.digest, order.id))
        }
        let to = row(order.to)
        let isBound = order.parent == nil || fault == .refundBoundByTypes
        let rules =
            switch order.type.rawValue {
            case "release": [Refusal]()
            case "capture": Self.orderOfCapture
            default: isBound ? Self.order : Self.orderOfUndoing
            }
        let refusal =
            to.map { to in rules.first { breaks($0, order, from, to, time.day) } }
            ?? .accountNotFound
        records.append(Record(order, from: from.id, to: to?.id, isPosted: refusal == nil, time))
        guard let to, refusal == nil else { return .refused(refusal ?? .accountNotFound) }
        if order.type.rawValue == "hold" { return reserve(order, from, to, at: time) }
        if isSettling { return settle(order, from, to, at: time) }
        if let parent = order.parent { markUndone(parent, by: order.type) }
        entries.append(
            Entry(
                from: from.id, to: to.id, amount: Int128(order.amount.minorUnits),
                day: time.day, isSpending: order.parent == nil || fault == .refundIsSpending))
        return .posted(
            fromAfter: balance(from.id), toAfter: balance(to.id), fromSeq: seq(from.id),
            toSeq: seq(to.id))
    }

    /// The order in which broken rules are told.
    private static let order: [Refusal] = [
        .duplicateExternalReference, .sameAccount, .typeNotAllowed, .currencyMismatch,
        .amountBelowMinimum,
        .amountAboveMaximum, .accountNotActive, .insufficientFunds, .dailyLimitExceeded,
        .balanceLimitExceeded,
    ]

    /// What undoes is bound by the floor, the ceiling and the accounts' status alone.
    private static let orderOfUndoing: [Refusal] = [
        .accountNotActive, .insufficientFunds, .balanceLimitExceeded,
    ]

    /// What is captured was set aside: the accounts must take it, and the receiver have room.
    private static let orderOfCapture: [Refusal] = [.accountNotActive, .balanceLimitExceeded]

    private func breaks(
        _ rule: Refusal, _ order: Order, _ from: Row, _ to: Row, _ day: Int64
    ) -> Bool {
        let amount = Int128(order.amount.minorUnits)
        switch rule {
        case .sameAccount: return from.id == to.id
        case .typeNotAllowed:
            let way = (
                from.owner == nil ? "bank" : "customer", to.owner == nil ? "bank" : to.type.rawValue
            )
            let isWrongWay =
                switch (order.type.rawValue, way) {
                case ("deposit", ("bank", let to)): to == "bank"
                case ("withdrawal", ("customer", "bank")): false
                case ("purchase", ("customer", "merchant")): false
                case ("transfer", ("customer", let to)), ("own", ("customer", let to)),
                    ("old", ("customer", let to)), ("hold", ("customer", let to)):
                    to == "bank"
                default: true
                }
            return isWrongWay || typesForbid(order, from, to)
        case .currencyMismatch:
            if fault == .currencyIgnored { return false }
            return Set([from.currency, to.currency, order.amount.currency.code]).count > 1
        case .amountBelowMinimum:
            return amount <= 0 || minima(order, from, to).contains { amount < $0 }
        case .amountAboveMaximum:
            return amount >= 1 << 53 || maxima(order, from, to).contains { amount > $0 }
        case .accountNotActive:
            return from.status == .frozen || from.status == .closed || to.status == .closed
                || from.status == .dormant && fault != .dormantPays
                || to.status == .frozen && fault != .frozenReceives
        case .insufficientFunds:
            if from.owner == nil { return false }
            let overdraft = fault == .overdraftIgnored ? 0 : Int128(from.overdraft)
            let spare: Int128 = fault == .floorOffByOne ? 1 : 0
            let held = fault == .heldIsSpendable ? 0 : held(from.id)
            return balance(from.id) - held + overdraft + spare < amount
        case .dailyLimitExceeded:
            guard from.owner != nil, let limit = dailyLimit(from) else { return false }
            let today = entries.filter {
                $0.from == from.id && $0.isSpending && ($0.day == day || fault == .dayNeverEnds)
            }
            let held = heldDebits(from.id, day: day)
            return today.reduce(amount + held) { $0 + $1.amount } > Int128(limit)
        case .balanceLimitExceeded:
            if fault == .ceilingIgnored { return false }
            if order.type.rawValue == "hold" { return held(from.id) + amount >= 1 << 53 }
            return to.owner == nil
                ? balance(to.id) + amount > Int128(Int64.max)
                : balance(to.id) + amount >= 1 << 53
                    || from.owner == nil && balance(from.id) - amount < Int128(Int64.min)
        case .duplicateExternalReference:
            return order.details.externalReference != nil
                && records.contains {
                    $0.isPosted && $0.reference == order.details.externalReference
                        && ($0.initiator == order.initiator.customerID
                            || fault == .referenceSharedByAll)
                }
        case .accountNotFound: return false
        }
    }

    private func isAllowed(_ order: Order) -> Bool {
        if order.initiator.authority == .staff || fault == .strangerPays { return true }
        let mine = order.type.rawValue == "deposit" ? order.to : order.from
        return row(mine)?.owner == order.initiator.customerID
    }

    // MARK: Accounts

    private func whyNotOpen(_ account: Account, _ accountsMax: Int?) -> Rejection? {
        guard let place = World.customers.firstIndex(where: { $0 == account.customerID }) else {
            return .customerNotFound
        }
        if place == 2 { return .customerClosed }
        let open = rows.filter { $0.owner == account.customerID && $0.status != .closed }.count
        if let accountsMax, open >= accountsMax { return .accountLimitReached }
        return rows.contains { $0.number == account.number } ? .accountNumberTaken : nil
    }

    private func whyNotChange(
        _ id: AccountID, _ change: AccountChange, _ initiator: Initiator
    ) -> Rejection? {
        guard let row = rows.first(where: { $0.id == id }), let owner = row.owner else {
            return .accountNotFound
        }
        if initiator.authority == .owner {
            if initiator.customerID != owner { return .accountNotFound }
            switch change {
            case .status, .limits: return .accountNotFound
            case .close, .description: break
            }
        }
        if row.status == .closed { return .accountClosed }
        switch change {
        case .close, .status(.closed, _):
            if balance(id) != 0 && fault != .closesFull { return .balanceNotZero }
            return held(id) != 0 && fault != .closesWithHolds ? .holdsOpen : nil
        case .limits(let limits):
            let isWrong = [limits.overdraft, limits.dailyDebit].contains { limit in
                limit.map { $0 < 0 || $0 >= 1 << 53 } ?? false
            }
            if isWrong { return .limitOutOfRange }
            return limits.overdraft ?? 0 > 0 && !mayOverdraw(row) ? .overdraftNotAllowed : nil
        case .status, .description: return nil
        }
    }

    private mutating func apply(_ change: AccountChange, to id: AccountID) {
        for index in rows.indices where rows[index].id == id {
            switch change {
            case .close: rows[index].status = .closed
            case .status(let status, _): rows[index].status = status
            case .limits(let limits):
                if let limit = limits.overdraft { rows[index].overdraft = limit }
                if let limit = limits.dailyDebit { rows[index].dailyLimit = limit }
            case .description: break
            }
        }
    }

    // MARK: Counting

    func balance(_ id: AccountID) -> Int128 {
        entries.reduce(0) { sum, entry in
            sum + (entry.to == id ? entry.amount : 0) - (entry.from == id ? entry.amount : 0)
        }
    }

    func seq(_ id: AccountID) -> Int {
        entries.filter { $0.from == id || $0.to == id }.count + stillEntries(id)
    }

    func row(_ reference: AccountReference) -> Row? {
        rows.first { row in
            switch reference {
            case .id(let id): row.id == id
            case .number(let number): row.number == number
            case .cash(let currency): row.owner == nil && row.currency == currency.code
            }
        }
    }
}

extension DumbBank.Row {
    init(_ account: Account) {
        self.init(
            id: account.id, number: account.number, owner: account.customerID,
            type: account.type, currency: account.currency.code, status: account.status,
            overdraft: account.overdraftLimit, dailyLimit: account.dailyDebitLimit)
    }
}

/// A rule gone wrong.
enum Fault: CaseIterable {
    case floorOffByOne, overdraftIgnored, ceilingIgnored, dormantPays, frozenReceives
    case currencyIgnored, strangerPays, dayNeverEnds, keySharedByAll, digestIgnored, closesFull
    case reversesTwice, payerReverses, cancelsLate, reversesReversals, refundIsSpending
    case cancelsTransfers, referenceSharedByAll
    case heldIsSpendable, settlesTwice, settlesAnytime, capturesTooMuch, payerCaptures
    case holdsAreNoDebits, releaseKeepsDebit, closesWithHolds
    case oldTypesPass, debitRulesIgnored, creditRulesIgnored, typeMinimumIgnored
    case typeMaximumOffByOne, accountTypeMinimumIgnored, accountTypeMaximumIgnored
    case typeDailyIgnored, typeDailyGoesFirst, overdraftForAll, refundBoundByTypes
}
