extension Order {
    /// The first rule that the order breaks, or nil. The rules stand in their order: what is
    /// wrong with the order itself, then what stands in its way now.
    ///
    /// 1. `same_account`
    /// 2. `type_not_allowed`: the type does not lead between such accounts
    /// 3. `currency_mismatch`: both accounts must be in the order's currency
    /// 4. `amount_below_minimum`, `amount_above_maximum`: 1…2^53−1
    /// 5. `account_not_active`: `from` must take debits, `to` credits
    /// 6. `insufficient_funds`: a customer's available balance bounds it
    /// 7. `daily_limit_exceeded`
    /// 8. `balance_limit_exceeded`: 2^53−1 for customers' accounts, Int64 for the bank's own
    ///
    /// Of what undoes another entry: ``refusalToUndo(from:to:)``, then 8. Of what settles a
    /// hold: ``refusalToSettle(from:to:)``, then 8. A hold's money counts for 6 and 7.
    func refusal(from: Account, to: Account, at time: Timestamp) -> Refusal? {
        if type.undoes { return refusalToUndo(from: from, to: to) }
        if type.settles { return refusalToSettle(from: from, to: to) }
        if from.id == to.id { return .sameAccount }
        if !type.leads(from: from, to: to) { return .typeNotAllowed }
        if from.currency != amount.currency || to.currency != amount.currency {
            return .currencyMismatch
        }
        if amount.minorUnits < 1 { return .amountBelowMinimum }
        if amount.minorUnits > Money.minorUnitsMax { return .amountAboveMaximum }
        if !from.status.takesDebits || !to.status.takesCredits { return .accountNotActive }
        if !from.isBanksOwn, from.available < amount.minorUnits { return .insufficientFunds }
        if from.exceedsDailyLimit(debiting: amount.minorUnits, at: time) {
            return .dailyLimitExceeded
        }
        return nil
    }
}

extension TransactionTypeCode {
    /// Money comes in by a deposit from the bank's own cash, leaves by a withdrawal to it, and
    /// moves between customers' accounts otherwise; a purchase is paid to a merchant.
    fileprivate func leads(from: Account, to: Account) -> Bool {
        switch self {
        case .deposit: from.isBanksOwn && !to.isBanksOwn
        case .withdrawal: !from.isBanksOwn && to.isBanksOwn
        case .transfer, .hold: !from.isBanksOwn && !to.isBanksOwn
        case .purchase: !from.isBanksOwn && !to.isBanksOwn && to.type == .merchant
        default: false
        }
    }
}

extension AccountStatus {
    package var takesDebits: Bool { self == .active }
    package var takesCredits: Bool { self == .active || self == .dormant }
}
