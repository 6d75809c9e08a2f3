extension Book {
    /// The posting that sets an order's money aside: the payer's held balance grows. It counts
    /// as a debit of the day.
    mutating func reserve(
        _ order: Order, from: Account, at time: Timestamp
    ) throws(Refusal) -> [Posting] {
        let (account, posting) = try from.holding(order.amount.minorUnits, at: time)
        store(account)
        return [posting]
    }

    /// The postings that settle a hold: the payer's held balance falls by all of it, and a
    /// capture's amount goes to the receiver. What is released on the day of the hold is no
    /// debit of that day any more.
    mutating func settle(
        _ order: Order, from: Account, to: Account, at time: Timestamp
    ) throws(Refusal) -> [Posting] {
        guard let hold = order.parent.flatMap(entry) else { throw .accountNotFound }
        let captured = order.type == .capture ? order.amount.minorUnits : 0
        let (account, posting) = try from.settling(
            hold.amount.minorUnits, capturing: captured, heldOn: hold.committedAt.day, at: time)
        if captured == 0 {
            store(account)
            return [posting]
        }
        let (credited, credit) = try to.credited(by: captured, at: time)
        store(account)
        store(credited)
        return [posting, credit]
    }
}

extension Transaction {
    /// Why an order may not settle this hold; nil if it may. The first that holds:
    ///
    /// 1. it is none → `transactionNotFound`
    /// 2. not by the receiver, staff, or the bank when its time is over → `endingForbidden`
    /// 3. it has ended, or (for people) its time is over → `holdNotPending`
    /// 4. more is to be captured than is held → `captureExceedsHold`
    func rejectionToSettle(_ order: Order, at time: Timestamp) -> Rejection? {
        guard type == .hold, refusal == nil, let expiresAt, order.settles(self) else {
            return .transactionNotFound
        }
        let isExpiry = order.initiator.authority == .bank
        let isFree = isExpiry ? order.type == .release : order.initiator.authority == .staff
        guard isFree || to.customerID == order.initiator.customerID else {
            return .endingForbidden
        }
        guard ending == nil, (expiresAt <= time) == isExpiry else { return .holdNotPending }
        return order.amount.minorUnits > amount.minorUnits ? .captureExceedsHold : nil
    }
}
