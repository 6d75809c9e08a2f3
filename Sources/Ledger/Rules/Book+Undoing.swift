extension Book {
    /// Why an order may not end the entry that it names; nil if it may. The first that holds:
    ///
    /// 1. there is no such entry, or it is not the initiator's to see → `transactionNotFound`
    /// 2. of a hold: ``Transaction/rejectionToSettle(_:at:)``; reversal: not by staff or the receiver of the money → `endingForbidden`; cancellation:
    ///    no purchase → `notCancellable`, not by staff, payer or merchant → `endingForbidden`
    /// 3. it moved no money or gave some back itself → `notReversible`, `notCancellable`
    /// 4. `alreadyReversed`, `alreadyCancelled`
    /// 5. cancellation by the payer, when the time is over → `cancellationWindowOver`
    func rejectionToEnd(_ order: Order, at time: Timestamp) -> Rejection? {
        guard let parent = order.parent.flatMap(entry), order.initiator.sees(parent) else {
            return .transactionNotFound
        }
        return switch order.type {
        case .reversal: parent.rejectionToReverse(order)
        case .cancellation: parent.rejectionToCancel(order, at: time)
        default: parent.rejectionToSettle(order, at: time)
        }
    }

    /// The entry was posted: remembers what it makes of its parent.
    mutating func end(by entry: Transaction) {
        guard let parent = entry.parent, let ending = entry.endingOfParent else { return }
        changes.endings[parent] = ending
    }

    /// The entry as it stands now.
    func entry(_ id: TransactionID) -> Transaction? {
        var entry = parents[id] ?? changes.transactions.last { $0.id == id }
        if let ending = changes.endings[id] { entry?.ending = ending }
        return entry
    }
}

extension Initiator {
    fileprivate func sees(_ entry: Transaction) -> Bool {
        authority != .owner || entry.initiator.customerID == customerID
            || entry.postings.contains { $0.customerID == customerID }
            || entry.refusal == nil && entry.to.customerID == customerID
    }
}

extension Transaction {
    /// What this entry makes of its parent, if it ends it.
    var endingOfParent: Ending? {
        guard refusal == nil else { return nil }
        return switch type {
        case .reversal: .reversed(by: id)
        case .cancellation: .cancelled(by: id)
        case .capture: .captured(by: id)
        case .release: initiator.authority == .bank ? .expired(by: id) : .voided(by: id)
        default: nil
        }
    }

    fileprivate func rejectionToReverse(_ order: Order) -> Rejection? {
        guard order.initiator.authority == .staff || isSide(to, of: order.initiator) else {
            return .endingForbidden
        }
        guard refusal == nil, !type.undoes, order.undoes(self) else { return .notReversible }
        return rejectionOfUndone
    }

    fileprivate func rejectionToCancel(_ order: Order, at time: Timestamp) -> Rejection? {
        guard type == .purchase else { return .notCancellable }
        let isFree = order.initiator.authority == .staff || isSide(to, of: order.initiator)
        guard isFree || isSide(from, of: order.initiator) else { return .endingForbidden }
        guard refusal == nil, order.undoes(self) else { return .notCancellable }
        if let rejectionOfUndone { return rejectionOfUndone }
        let end = committedAt.advanced(bySeconds: order.cancellationSeconds)
        return isFree || time <= end ? nil : .cancellationWindowOver
    }

    private var rejectionOfUndone: Rejection? {
        switch ending {
        case .reversed: .alreadyReversed
        case .cancelled: .alreadyCancelled
        case nil, .captured, .voided, .expired: nil
        }
    }

    private func isSide(_ party: Party, of initiator: Initiator) -> Bool {
        party.customerID == initiator.customerID
    }
}
