/// Money set aside before it moves: what a journal entry of type `hold` stands for, and how it
/// ended.
///
/// Its id is the entry's with another prefix, so that either leads to the other.
package struct Hold: Hashable, Sendable {
    package let id: HoldID
    package let from: Party
    package let to: Party
    /// What is reserved of `from`.
    package let amount: Money
    package let requestID: String
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package var status: HoldStatus
    /// Minor units that the receiver got.
    package var captured: Int64

    package init(
        id: HoldID, from: Party, to: Party, amount: Money, requestID: String,
        createdAt: Timestamp, expiresAt: Timestamp, status: HoldStatus, captured: Int64
    ) {
        self.id = id
        self.from = from
        self.to = to
        self.amount = amount
        self.requestID = requestID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.status = status
        self.captured = captured
    }

    /// The hold as it began; nil for an entry that reserved nothing.
    package init?(_ entry: Transaction) {
        guard entry.type == .hold, entry.refusal == nil, let expiresAt = entry.expiresAt else {
            return nil
        }
        self.init(
            id: HoldID(of: entry.id), from: entry.from, to: entry.to, amount: entry.amount,
            requestID: entry.requestID, createdAt: entry.committedAt, expiresAt: expiresAt,
            status: .pending, captured: 0)
    }

    package var transactionID: TransactionID { TransactionID(of: id) }

    package mutating func settle(_ settlement: Settlement) {
        status = settlement.status
        captured = settlement.captured
    }

    /// Minor units that the payer may spend again.
    package var released: Int64 {
        status == .pending ? 0 : max(0, amount.minorUnits.subtractingClamped(captured))
    }
}

package enum HoldStatus: String, Hashable, Sendable, CaseIterable {
    case pending, captured, voided, expired
}

extension HoldID {
    package init(of entry: TransactionID) { self.init(high: entry.high, low: entry.low) }
}

extension TransactionID {
    /// The journal entry of a hold.
    package init(of hold: HoldID) { self.init(high: hold.high, low: hold.low) }
}

extension Int64 {
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : difference
    }
}
