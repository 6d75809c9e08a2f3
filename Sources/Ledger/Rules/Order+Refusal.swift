extension Order {
    /// The first rule that the order breaks, or nil. The rules stand in their order: what is
    /// wrong with the order itself, then what stands in its way now.
    ///
    /// 1. `same_account`
    /// 2. `type_not_allowed`: the type is unknown or inactive, does not lead between such
    ///    accounts, or has a rule against one of their types
    /// 3. `currency_mismatch`: both accounts must be in the order's currency
    /// 4. `amount_below_minimum`, `amount_above_maximum`: 1…2^53−1, and what the order's type and
    ///    those of the customers' accounts say
    /// 5. `account_not_active`: `from` must take debits, `to` credits
    /// 6. `insufficient_funds`: a customer's available balance bounds it
    /// 7. `daily_limit_exceeded`: the account's own limit, else that of its type
    /// 8. `balance_limit_exceeded`: 2^53−1 for customers' accounts, Int64 for the bank's own
    ///
    /// Of what undoes another entry: ``refusalToUndo(from:to:)``, then 8. Of what settles a
    /// hold: ``refusalToSettle(from:to:)``, then 8. A hold's money counts for 6 and 7.
    func refusal(
        from: Account, to: Account, at time: Timestamp, by catalogue: Catalogue
    ) -> Refusal? {
        if type.undoes { return refusalToUndo(from: from, to: to) }
        if type.settles { return refusalToSettle(from: from, to: to) }
        if from.id == to.id { return .sameAccount }
        guard let types = OrderTypes(of: self, from: from, to: to, in: catalogue),
            types.lead(from: from, to: to)
        else { return .typeNotAllowed }
        if from.currency != amount.currency || to.currency != amount.currency {
            return .currencyMismatch
        }
        if types.areUndercut(by: amount.minorUnits) { return .amountBelowMinimum }
        if types.areExceeded(by: amount.minorUnits) { return .amountAboveMaximum }
        if !from.status.takesDebits || !to.status.takesCredits { return .accountNotActive }
        if !from.isBanksOwn, from.available < amount.minorUnits { return .insufficientFunds }
        let dailyLimit = from.dailyDebitLimit ?? types.dailyDebitLimit
        if from.exceeds(dailyLimit, debiting: amount.minorUnits, at: time) {
            return .dailyLimitExceeded
        }
        return nil
    }
}

extension AccountStatus {
    package var takesDebits: Bool { self == .active }
    package var takesCredits: Bool { self == .active || self == .dormant }
}
