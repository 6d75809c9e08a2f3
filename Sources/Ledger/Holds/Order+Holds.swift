extension Order {
    /// The order that settles a hold.
    ///
    /// - Parameters:
    ///   - type: `capture` (the amount goes to the receiver, the rest is free again) or `release`.
    ///   - amount: minor units to capture; nil: all that is held.
    package init(
        settling hold: Hold, as type: TransactionTypeCode, amount: Int64? = nil,
        id: TransactionID, initiator: Initiator, requestID: String, idempotency: Idempotency?,
        receivedAt: Timestamp
    ) {
        self.init(
            id: id, type: type, from: hold.from.reference, to: hold.to.reference,
            amount: Money(
                minorUnits: amount ?? hold.amount.minorUnits, currency: hold.amount.currency),
            initiator: initiator, requestID: requestID, idempotency: idempotency,
            parent: hold.transactionID, receivedAt: receivedAt)
    }

    /// Whether this is what settles `hold`: between the same accounts, in the same currency.
    func settles(_ hold: Transaction) -> Bool {
        parent == hold.id && from == hold.from.reference && to == hold.to.reference
            && amount.currency == hold.amount.currency && amount.minorUnits > 0
            && (type == .capture || amount == hold.amount)
    }

    /// What stands in the way of settling a hold now. The money is there: it was set aside. A
    /// release moves none, so that nothing stands in its way.
    func refusalToSettle(from: Account, to: Account) -> Refusal? {
        if type == .release { return nil }
        return from.status.takesDebits && to.status.takesCredits ? nil : .accountNotActive
    }
}

extension Party {
    /// An account that was found is named by its id; the order that has none is not carried out.
    fileprivate var reference: AccountReference {
        .id(accountID ?? AccountID(high: 0, low: 0))
    }
}
