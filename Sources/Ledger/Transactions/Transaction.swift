/// An entry of the journal: a decided order, posted or refused. It never changes, but for what
/// may end it later.
package struct Transaction: Hashable, Sendable {
    package let id: TransactionID
    package let type: TransactionTypeCode
    package let amount: Money
    package let from: Party
    package let to: Party
    /// Debit first, then credit; empty when refused. They sum to zero. A hold and its release
    /// have one, of the payer, which changes what is held.
    package let postings: [Posting]
    /// Nil when posted.
    package let refusal: Refusal?
    package let initiator: Initiator
    package let requestID: String
    package let idempotency: Idempotency?
    package let details: Details
    package let parent: TransactionID?
    package let receivedAt: Timestamp
    package let committedAt: Timestamp
    /// Of a hold: when it is released by itself. Nothing else has it.
    package let expiresAt: Timestamp?
    /// What ended it later; no part of what was recorded, nor of its hash.
    package var ending: Ending?

    package init(
        id: TransactionID, type: TransactionTypeCode, amount: Money, from: Party, to: Party,
        postings: [Posting], refusal: Refusal?, initiator: Initiator, requestID: String,
        idempotency: Idempotency?, details: Details, parent: TransactionID?,
        receivedAt: Timestamp, committedAt: Timestamp, expiresAt: Timestamp? = nil,
        ending: Ending? = nil
    ) {
        self.id = id
        self.type = type
        self.amount = amount
        self.from = from
        self.to = to
        self.postings = postings
        self.refusal = refusal
        self.initiator = initiator
        self.requestID = requestID
        self.idempotency = idempotency
        self.details = details
        self.parent = parent
        self.receivedAt = receivedAt
        self.committedAt = committedAt
        self.expiresAt = expiresAt
        self.ending = ending
    }

    package var status: TransactionStatus {
        if refusal != nil { return .refused }
        return switch ending {
        case nil: type == .hold ? .pending : .posted
        case .reversed: .reversed
        case .cancelled: .cancelled
        case .captured: .captured
        case .voided: .voided
        case .expired: .expired
        }
    }

    /// As it was when it was recorded: what is told again must be the same for ever.
    package var asRecorded: Transaction {
        var entry = self
        entry.ending = nil
        return entry
    }

    /// The reference shown to people: 16 upper-case characters of the id, time first.
    package var reference: String {
        let text = String(describing: id).utf8.dropFirst(TransactionKind.prefix.utf8.count + 1)
        let time = text.prefix(10)
        let random = text.suffix(6)
        return (String(decoding: time, as: UTF8.self) + String(decoding: random, as: UTF8.self))
            .uppercased()
    }
}

/// The entry that ended what a posted one stands for: gave its money back, or settled its hold.
package enum Ending: Hashable, Sendable {
    case reversed(by: TransactionID)
    case cancelled(by: TransactionID)
    case captured(by: TransactionID)
    case voided(by: TransactionID)
    case expired(by: TransactionID)

    package var entryID: TransactionID {
        switch self {
        case .reversed(let id), .cancelled(let id), .captured(let id), .voided(let id),
            .expired(let id):
            id
        }
    }
}

package enum TransactionStatus: String, Hashable, Sendable, CaseIterable {
    case posted, refused, reversed, cancelled, pending, captured, voided, expired
}

/// One side of a transaction as it stood when decided. The id is nil when no such account was
/// found; what the caller wrote is then kept as `number` if it was one.
package struct Party: Hashable, Sendable {
    package let accountID: AccountID?
    package let number: String?
    package let holderName: String?
    package let customerID: CustomerID?

    package init(
        accountID: AccountID?, number: String?, holderName: String?, customerID: CustomerID?
    ) {
        self.accountID = accountID
        self.number = number
        self.holderName = holderName
        self.customerID = customerID
    }
}

/// A change of one account: its posted balance by `amount`, its held balance by `heldChange`.
package struct Posting: Hashable, Sendable {
    package let accountID: AccountID
    /// Nil for the bank's own account.
    package let customerID: CustomerID?
    /// Signed minor units: a debit is negative.
    package let amount: Int64
    package let heldChange: Int64
    package let balanceAfter: Int64
    package let heldAfter: Int64
    /// Spendable after it: posted − held + overdraft, as it stood.
    package let availableAfter: Int64
    package let seq: Int64

    package init(
        accountID: AccountID, customerID: CustomerID?, amount: Int64, heldChange: Int64,
        balanceAfter: Int64, heldAfter: Int64, availableAfter: Int64, seq: Int64
    ) {
        self.accountID = accountID
        self.customerID = customerID
        self.amount = amount
        self.heldChange = heldChange
        self.balanceAfter = balanceAfter
        self.heldAfter = heldAfter
        self.availableAfter = availableAfter
        self.seq = seq
    }
}
