extension Transaction {
    /// The entry that records `order` as posted.
    init(_ order: Order, from: Account, to: Account?, postings: [Posting], at time: Timestamp) {
        self.init(order, from: from, to: to, postings: postings, refusal: nil, at: time)
    }

    /// The entry that records `order` as refused.
    init(_ order: Order, from: Account, to: Account?, refusal: Refusal, at time: Timestamp) {
        self.init(order, from: from, to: to, postings: [], refusal: refusal, at: time)
    }

    private init(
        _ order: Order, from: Account, to: Account?, postings: [Posting], refusal: Refusal?,
        at time: Timestamp
    ) {
        self.init(
            id: order.id, type: order.type, amount: order.amount,
            from: Party(from), to: to.map(Party.init) ?? Party(unknown: order.to),
            postings: postings, refusal: refusal, initiator: order.initiator,
            requestID: order.requestID, idempotency: order.idempotency, details: order.details,
            parent: order.parent, receivedAt: order.receivedAt, committedAt: time,
            expiresAt: order.holdSeconds.map { time.advanced(bySeconds: $0) })
    }
}

extension Party {
    init(_ account: Account) {
        self.init(
            accountID: account.id, number: account.number.description,
            holderName: account.holderName, customerID: account.customerID)
    }

    /// A side that was not found: only what the caller wrote is kept.
    init(unknown reference: AccountReference) {
        let number: String? =
            if case .number(let number) = reference { number.description } else { nil }
        self.init(accountID: nil, number: number, holderName: nil, customerID: nil)
    }
}
