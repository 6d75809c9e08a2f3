extension Book {
    /// Why an order may not undo the entry that it names; nil if it may. The first that holds:
    ///
    /// 1. there is no such entry, or it is not the initiator's to see → `transactionNotFound`
    /// 2. reversal: not by staff or the receiver of the money → `undoingForbidden`; cancellation:
    ///    no purchase → `notCancellable`, not by staff, payer or merchant → `undoingForbidden`
    /// 3. it moved no money or gave some back itself → `notReversible`, `notCancellable`
    /// 4. `alreadyReversed`, `alreadyCancelled`
    /// 5. cancellation by the payer, when the time is over → `cancellationWindowOver`
    func rejectionToUndo(_ order: Order, at time: Timestamp) -> Rejection? {
        guard let parent = order.parent.flatMap(entry), order.initiator.sees(parent) else {
            return .transactionNotFound
        }
        return order.type == .reversal
            ? parent.rejectionToReverse(order) : parent.rejectionToCancel(order, at: time)
    }

    /// The order was posted by `entry`: remembers that what it names is undone.
    mutating func undo(_ order: Order, by entry: TransactionID) {
        guard let parent = order.parent else { return }
        let undoing: Undoing =
            order.type == .reversal ? .reversed(by: entry) : .cancelled(by: entry)
        changes.undone[parent] = undoing
    }

    /// The entry as it stands now.
    private func entry(_ id: TransactionID) -> Transaction? {
        var entry = parents[id] ?? changes.transactions.last { $0.id == id }
        if let undoing = changes.undone[id] { entry?.undone = undoing }
        return entry
    }
}

extension Initiator {
    fileprivate func sees(_ entry: Transaction) -> Bool {
        authority == .staff || entry.initiator.customerID == customerID
            || entry.postings.contains { $0.customerID == customerID }
    }
}

extension Transaction {
    fileprivate func rejectionToReverse(_ order: Order) -> Rejection? {
        guard order.initiator.authority == .staff || isSide(to, of: order.initiator) else {
            return .undoingForbidden
        }
        guard refusal == nil, !type.undoes, order.undoes(self) else { return .notReversible }
        return rejectionOfUndone
    }

    fileprivate func rejectionToCancel(_ order: Order, at time: Timestamp) -> Rejection? {
        guard type == .purchase else { return .notCancellable }
        let isFree = order.initiator.authority == .staff || isSide(to, of: order.initiator)
        guard isFree || isSide(from, of: order.initiator) else { return .undoingForbidden }
        guard refusal == nil, order.undoes(self) else { return .notCancellable }
        if let rejectionOfUndone { return rejectionOfUndone }
        let end = committedAt.advanced(bySeconds: order.cancellationSeconds)
        return isFree || time <= end ? nil : .cancellationWindowOver
    }

    private var rejectionOfUndone: Rejection? {
        switch undone {
        case nil: nil
        case .reversed: .alreadyReversed
        case .cancelled: .alreadyCancelled
        }
    }

    private func isSide(_ party: Party, of initiator: Initiator) -> Bool {
        party.customerID == initiator.customerID
    }
}
