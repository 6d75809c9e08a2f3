extension Book {
    /// Decides an order by the rules, in this order; the first that fails is the answer.
    ///
    /// 1. The caller's key was used before: same content → replayed, other → rejected
    ///    `idempotencyKeyReused`.
    /// 2. Authority: `from` must exist, and an owner must own it (of a deposit: own `to`)
    ///    → rejected `accountNotFound`. What ends another entry:
    ///    ``rejectionToEnd(_:at:)``.
    /// 3. The initiator posted with this external reference before → recorded as refused
    ///    `duplicate_external_reference`: first of all, so that who pays twice is told so also when
    ///    nothing is left to pay with.
    /// 4. ``refusal(_:from:to:at:)`` → recorded as refused.
    /// 5. Otherwise posted: debit `from`, then credit `to`; each gets its next seq. A hold only
    ///    sets the money of `from` aside.
    package mutating func decide(_ order: Order, at time: Timestamp) -> Decision {
        let scope = IdempotencyScope(of: order)
        if let scope, let earlier = recorded[scope] {
            let isSame = earlier.idempotency?.digest == order.idempotency?.digest
            return isSame ? .replayed(earlier.asRecorded) : .rejected(.idempotencyKeyReused)
        }
        let from = account(order.from)
        let to = account(order.to)
        if order.type.ends, let rejection = rejectionToEnd(order, at: time) {
            return .rejected(rejection)
        }
        guard let from, order.type.ends || mayOrder(order, from: from, to: to) else {
            return .rejected(.accountNotFound)
        }
        let transaction =
            switch post(order, from: from, to: to, at: time) {
            case .success(let postings):
                Transaction(order, from: from, to: to, postings: postings, at: time)
            case .failure(let refusal):
                Transaction(order, from: from, to: to, refusal: refusal, at: time)
            }
        if let scope { recorded[scope] = transaction }
        changes.transactions.append(transaction)
        if let reference = ReferenceScope(of: transaction) { references.insert(reference) }
        end(by: transaction)
        return .recorded(transaction)
    }

    private func mayOrder(_ order: Order, from: Account, to: Account?) -> Bool {
        switch order.initiator.authority {
        case .staff, .bank: true
        case .owner:
            if order.type == .deposit {
                to?.customerID == order.initiator.customerID
            } else {
                from.customerID == order.initiator.customerID
            }
        }
    }

    private mutating func post(
        _ order: Order, from: Account, to: Account?, at time: Timestamp
    ) -> Result<[Posting], Refusal> {
        guard let to else { return .failure(.accountNotFound) }
        if let reference = ReferenceScope(of: order), references.contains(reference) {
            return .failure(.duplicateExternalReference)
        }
        if let refusal = order.refusal(from: from, to: to, at: time, by: catalogue) {
            return .failure(refusal)
        }
        do {
            let postings =
                switch order.type {
                case .hold: try reserve(order, from: from, at: time)
                case .capture, .release: try settle(order, from: from, to: to, at: time)
                default: try move(order, from: from, to: to, at: time)
                }
            return .success(postings)
        } catch {
            return .failure(error)
        }
    }

    private mutating func move(
        _ order: Order, from: Account, to: Account, at time: Timestamp
    ) throws(Refusal) -> [Posting] {
        let (debited, debit) = try from.debited(
            by: order.amount.minorUnits, isSpending: !order.type.undoes, at: time)
        let (credited, credit) = try to.credited(by: order.amount.minorUnits, at: time)
        store(debited)
        store(credited)
        return [debit, credit]
    }
}

extension Refusal: Error {}
