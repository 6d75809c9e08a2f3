/// What the catalogue says of one order: its type, and the limits of the customers' accounts that
/// it goes between.
struct OrderTypes {
    private let type: TransactionType
    private let from: AmountLimits
    private let to: AmountLimits
    /// Of accounts like `from` that have no limit of their own.
    let dailyDebitLimit: Int64?

    /// Nil if orders of this type are not taken: there is none, or it is inactive.
    init?(of order: Order, from: Account, to: Account, in catalogue: Catalogue) {
        guard let type = catalogue.transactionTypes[order.type], type.status == .active else {
            return nil
        }
        let fromType = catalogue.type(of: from)
        self.type = type
        self.from = fromType?.amounts ?? .none
        self.to = catalogue.type(of: to)?.amounts ?? .none
        self.dailyDebitLimit = fromType?.dailyDebitLimit
    }

    /// Whether the type leads between such accounts, by its nature and by its rules.
    func lead(from: Account, to: Account) -> Bool {
        type.code.leads(from: from, to: to) && type.allows(from: from, to: to)
    }

    /// Whether the amount is less than the ledger, the type or an account's type asks for.
    func areUndercut(by amount: Int64) -> Bool {
        amount < 1 || type.amounts.isUndercut(by: amount) || from.isUndercut(by: amount)
            || to.isUndercut(by: amount)
    }

    /// Whether it is more than one of them allows.
    func areExceeded(by amount: Int64) -> Bool {
        amount > Money.minorUnitsMax || type.amounts.isExceeded(by: amount)
            || from.isExceeded(by: amount) || to.isExceeded(by: amount)
    }
}

extension Catalogue {
    /// Nil for the bank's own accounts.
    func type(of account: Account) -> AccountType? {
        account.isBanksOwn ? nil : accountTypes[account.type]
    }
}

extension TransactionTypeCode {
    /// Money comes in by a deposit from the bank's own cash, leaves by a withdrawal to it, and
    /// moves between customers' accounts by all other types; a purchase is paid to a merchant.
    fileprivate func leads(from: Account, to: Account) -> Bool {
        switch self {
        case .deposit: from.isBanksOwn && !to.isBanksOwn
        case .withdrawal: !from.isBanksOwn && to.isBanksOwn
        case .purchase: !from.isBanksOwn && !to.isBanksOwn && to.type == .merchant
        default: !from.isBanksOwn && !to.isBanksOwn
        }
    }
}
