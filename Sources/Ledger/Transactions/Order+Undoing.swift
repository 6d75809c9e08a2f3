extension Order {
    /// The order that gives a posted entry's money back, from where it is now to where it was.
    ///
    /// - Parameter type: `reversal` or `cancellation`.
    /// - Returns: nil when the entry moved no money.
    package init?(
        undoing parent: Transaction, as type: TransactionTypeCode, id: TransactionID,
        initiator: Initiator, requestID: String, idempotency: Idempotency?, receivedAt: Timestamp,
        cancellationSeconds: Int64 = 0
    ) {
        guard let (debit, credit) = parent.movement else { return nil }
        self.init(
            id: id, type: type, from: .id(credit.accountID), to: .id(debit.accountID),
            amount: parent.amount, initiator: initiator, requestID: requestID,
            idempotency: idempotency, parent: parent.id, receivedAt: receivedAt)
        self.cancellationSeconds = cancellationSeconds
    }

    /// Whether this is what undoes `parent`: the same money, the other way.
    func undoes(_ parent: Transaction) -> Bool {
        guard let (debit, credit) = parent.movement else { return false }
        return self.parent == parent.id && amount == parent.amount
            && from == .id(credit.accountID) && to == .id(debit.accountID)
    }

    /// What stands in the way of giving money back now. It is no spending: limits of types and
    /// days don't count. The floor of who has the money holds, also when staff ask for it.
    func refusalToUndo(from: Account, to: Account) -> Refusal? {
        if !from.status.takesDebits || !to.status.takesCredits { return .accountNotActive }
        if !from.isBanksOwn, from.available < amount.minorUnits { return .insufficientFunds }
        return nil
    }
}

extension Transaction {
    /// The two sides of the money that it moved: all of its amount. Nil if it moved none.
    fileprivate var movement: (debit: Posting, credit: Posting)? {
        guard postings.count == 2, let debit = postings.first, let credit = postings.last,
            amount.minorUnits > 0, credit.amount == amount.minorUnits,
            debit.amount == -credit.amount
        else { return nil }
        return (debit, credit)
    }
}
