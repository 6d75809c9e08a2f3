import Ledger

/// What the dumb bank knows of giving money back: a list of all that was recorded.
extension DumbBank {
    struct Record {
        let id: TransactionID
        let type: String
        let from: AccountID
        let to: AccountID?
        let isPosted: Bool
        let initiator: CustomerID
        let time: Timestamp
        let reference: String?
        var ending: String?

        init(_ order: Order, from: AccountID, to: AccountID?, isPosted: Bool, _ time: Timestamp) {
            id = order.id
            type = order.type.rawValue
            self.from = from
            self.to = to
            self.isPosted = isPosted
            initiator = order.initiator.customerID
            self.time = time
            reference = order.details.externalReference
        }
    }

    func whyNotUndo(_ order: Order, at time: Timestamp) -> Rejection? {
        let caller = order.initiator.customerID
        let isStaff = order.initiator.authority == .staff
        guard let record = records.first(where: { $0.id == order.parent }) else {
            return .transactionNotFound
        }
        let isPayer = owns(caller, record.from)
        let isReceiver = owns(caller, record.to)
        let isParty = record.isPosted && (isPayer || isReceiver)
        if !isStaff && record.initiator != caller && !isParty { return .transactionNotFound }
        let isUndoing = ["reversal", "cancellation"].contains(record.type)
        let isStill = ["hold", "release"].contains(record.type)
        if order.type.rawValue == "reversal" {
            if !isStaff && !isReceiver && !(isPayer && fault == .payerReverses) {
                return .endingForbidden
            }
            if !record.isPosted || isStill || isUndoing && fault != .reversesReversals {
                return .notReversible
            }
        } else {
            if record.type != "purchase" && fault != .cancelsTransfers { return .notCancellable }
            if !isStaff && !isReceiver && !isPayer { return .endingForbidden }
            if !record.isPosted { return .notCancellable }
        }
        if record.ending == "reversal" && fault != .reversesTwice { return .alreadyReversed }
        if record.ending == "cancellation" && fault != .reversesTwice { return .alreadyCancelled }
        if order.type.rawValue == "reversal" || isStaff || isReceiver { return nil }
        let passed = time.milliseconds - record.time.milliseconds
        let isLate = Int128(passed) > Int128(order.cancellationSeconds) * 1_000
        return isLate && fault != .cancelsLate ? .cancellationWindowOver : nil
    }

    mutating func markUndone(_ id: TransactionID, by type: TransactionTypeCode) {
        for index in records.indices where records[index].id == id {
            records[index].ending = type.rawValue
        }
    }

    func owns(_ customer: CustomerID, _ account: AccountID?) -> Bool {
        account.flatMap { row(.id($0)) }?.owner == customer
    }
}
