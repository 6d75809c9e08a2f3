extension Account {
    /// The account after a debit of `amount` minor units (positive), and the posting.
    ///
    /// - Parameter isSpending: whether it counts as a debit of the day.
    func debited(
        by amount: Int64, isSpending: Bool = true, at time: Timestamp
    ) throws(Refusal) -> (account: Account, posting: Posting) {
        var account = try changed(by: -amount, at: time)
        if isSpending, !isBanksOwn { account.debits = debits.adding(amount, on: time.day) }
        return (account, account.posting(of: -amount))
    }

    /// The account after `amount` minor units (positive) were set aside, and the posting.
    func holding(
        _ amount: Int64, at time: Timestamp
    ) throws(Refusal) -> (account: Account, posting: Posting) {
        var account = try changed(by: 0, heldBy: amount, at: time)
        if !isBanksOwn { account.debits = debits.adding(amount, on: time.day) }
        return (account, account.posting(of: 0, heldBy: amount))
    }

    /// The account after a hold of `amount` minor units was settled, and the posting.
    ///
    /// - Parameters:
    ///   - captured: what of it is debited.
    ///   - day: the day on which the hold counted as a debit.
    func settling(
        _ amount: Int64, capturing captured: Int64, heldOn day: Int64, at time: Timestamp
    ) throws(Refusal) -> (account: Account, posting: Posting) {
        var account = try changed(by: -captured, heldBy: -amount, at: time)
        account.debits = debits.removing(amount - captured, on: day)
        return (account, account.posting(of: -captured, heldBy: -amount))
    }

    /// The account after a credit of `amount` minor units (positive), and the posting.
    func credited(
        by amount: Int64, at time: Timestamp
    ) throws(Refusal) -> (account: Account, posting: Posting) {
        let account = try changed(by: amount, at: time)
        return (account, account.posting(of: amount))
    }

    /// Whether debits of this UTC day and `amount` more are above a daily limit; nil is none.
    func exceeds(_ dailyLimit: Int64?, debiting amount: Int64, at time: Timestamp) -> Bool {
        guard let dailyLimit, !isBanksOwn else { return false }
        return debits.adding(amount, on: time.day).minorUnits > dailyLimit
    }

    private func changed(
        by amount: Int64, heldBy heldChange: Int64 = 0, at time: Timestamp
    ) throws(Refusal) -> Account {
        let (posted, overflow) = posted.addingReportingOverflow(amount)
        let (held, heldOverflow) = held.addingReportingOverflow(heldChange)
        let (seq, seqOverflow) = seq.addingReportingOverflow(1)
        guard !overflow, !heldOverflow, !seqOverflow, 0...Money.minorUnitsMax ~= held,
            isBanksOwn || posted <= Money.minorUnitsMax
        else { throw .balanceLimitExceeded }
        var account = self
        account.posted = posted
        account.held = held
        account.seq = seq
        account.updatedAt = time
        return account
    }

    private func posting(of amount: Int64, heldBy heldChange: Int64 = 0) -> Posting {
        Posting(
            accountID: id, customerID: customerID, amount: amount, heldChange: heldChange,
            balanceAfter: posted, heldAfter: held, availableAfter: available, seq: seq)
    }
}

extension DailyTotal {
    /// The total with `amount` more: it begins anew on another day, and stops at Int64's end.
    func adding(_ amount: Int64, on day: Int64) -> DailyTotal {
        guard day == self.day else { return DailyTotal(day: day, minorUnits: amount) }
        let (sum, overflow) = minorUnits.addingReportingOverflow(amount)
        return DailyTotal(day: day, minorUnits: overflow ? .max : sum)
    }

    /// The total without `amount`, which counted on that day; on another one it does no more.
    func removing(_ amount: Int64, on day: Int64) -> DailyTotal {
        guard day == self.day else { return self }
        return DailyTotal(day: day, minorUnits: max(0, minorUnits - min(minorUnits, amount)))
    }
}
