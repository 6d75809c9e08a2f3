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

    /// The account after a credit of `amount` minor units (positive), and the posting.
    func credited(
        by amount: Int64, at time: Timestamp
    ) throws(Refusal) -> (account: Account, posting: Posting) {
        let account = try changed(by: amount, at: time)
        return (account, account.posting(of: amount))
    }

    /// Whether debits of this UTC day and `amount` more are above the daily limit.
    func exceedsDailyLimit(debiting amount: Int64, at time: Timestamp) -> Bool {
        guard let dailyDebitLimit, !isBanksOwn else { return false }
        return debits.adding(amount, on: time.day).minorUnits > dailyDebitLimit
    }

    private func changed(by amount: Int64, at time: Timestamp) throws(Refusal) -> Account {
        let (posted, overflow) = posted.addingReportingOverflow(amount)
        let (seq, seqOverflow) = seq.addingReportingOverflow(1)
        guard !overflow, !seqOverflow, isBanksOwn || posted <= Money.minorUnitsMax else {
            throw .balanceLimitExceeded
        }
        var account = self
        account.posted = posted
        account.seq = seq
        account.updatedAt = time
        return account
    }

    private func posting(of amount: Int64) -> Posting {
        Posting(
            accountID: id, customerID: customerID, amount: amount, heldChange: 0,
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
}
