import Ledger

/// What the dumb bank knows of money set aside: a list of all holds there ever were.
extension DumbBank {
    struct HoldRow {
        let id: TransactionID
        let from: AccountID
        let to: AccountID
        let amount: Int128
        let day: Int64
        let endsAt: Int128
        var isOpen = true
        /// What of it counts as a debit of its day.
        var counted: Int128
        /// Whether it had a second entry of its own: a release.
        var isReleased = false
    }

    func whyNotSettle(_ order: Order, at time: Timestamp) -> Rejection? {
        let caller = order.initiator.customerID
        let isTrusted = order.initiator.authority != .owner
        guard let record = records.first(where: { $0.id == order.parent }) else {
            return .transactionNotFound
        }
        let isReceiver = owns(caller, record.to)
        let isPayer = owns(caller, record.from)
        let isParty = record.isPosted && (isPayer || isReceiver)
        if !isTrusted && record.initiator != caller && !isParty { return .transactionNotFound }
        guard let hold = holds.first(where: { $0.id == order.parent }) else {
            return .transactionNotFound
        }
        let isBank = order.initiator.authority == .bank
        let isRelease = order.type.rawValue == "release"
        let isMeant = isBank ? isRelease : isReceiver || order.initiator.authority == .staff
        if !isMeant && !(isPayer && fault == .payerCaptures) { return .endingForbidden }
        if !hold.isOpen && fault != .settlesTwice { return .holdNotPending }
        let isOver = Int128(time.milliseconds) >= hold.endsAt
        if isOver != isBank && fault != .settlesAnytime { return .holdNotPending }
        let isTooMuch = !isRelease && Int128(order.amount.minorUnits) > hold.amount
        return isTooMuch && fault != .capturesTooMuch ? .captureExceedsHold : nil
    }

    mutating func reserve(_ order: Order, _ from: Row, _ to: Row, at time: Timestamp) -> Outcome {
        let amount = Int128(order.amount.minorUnits)
        holds.append(
            HoldRow(
                id: order.id, from: from.id, to: to.id, amount: amount, day: time.day,
                endsAt: Int128(time.milliseconds) + Int128(order.holdSeconds ?? 0) * 1_000,
                counted: fault == .holdsAreNoDebits ? 0 : amount))
        return .held(after: balance(from.id), held: held(from.id), seq: seq(from.id))
    }

    mutating func settle(_ order: Order, _ from: Row, _ to: Row, at time: Timestamp) -> Outcome {
        for index in holds.indices where holds[index].id == order.parent {
            let isCapture = order.type.rawValue == "capture"
            let captured = isCapture ? Int128(order.amount.minorUnits) : 0
            holds[index].isOpen = false
            holds[index].isReleased = !isCapture
            if fault != .releaseKeepsDebit { holds[index].counted = captured }
            guard isCapture else { break }
            entries.append(
                Entry(
                    from: from.id, to: to.id, amount: captured, day: time.day, isSpending: false))
            return .posted(
                fromAfter: balance(from.id), toAfter: balance(to.id), fromSeq: seq(from.id),
                toSeq: seq(to.id))
        }
        return .held(after: balance(from.id), held: held(from.id), seq: seq(from.id))
    }

    func held(_ id: AccountID) -> Int128 {
        holds.filter { $0.from == id && $0.isOpen }.reduce(0) { $0 + $1.amount }
    }

    /// What holds add to the debits of a day.
    func heldDebits(_ id: AccountID, day: Int64) -> Int128 {
        holds.filter { $0.from == id && ($0.day == day || fault == .dayNeverEnds) }
            .reduce(0) { $0 + $1.counted }
    }

    /// The entries that changed what is held and moved nothing.
    func stillEntries(_ id: AccountID) -> Int {
        holds.filter { $0.from == id }.reduce(0) { $0 + ($1.isReleased ? 2 : 1) }
    }
}
