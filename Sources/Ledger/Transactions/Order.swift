/// What a caller asks for: a movement not yet decided.
package struct Order: Hashable, Sendable {
    package var id: TransactionID
    package let type: TransactionTypeCode
    package let from: AccountReference
    package let to: AccountReference
    package let amount: Money
    package let initiator: Initiator
    package let requestID: String
    /// Nil for postings that the bank makes of itself (an opening balance).
    package let idempotency: Idempotency?
    package let details: Details
    package let parent: TransactionID?
    package let receivedAt: Timestamp
    /// Of a cancellation: how long after the purchase its payer may ask for it, seconds.
    package var cancellationSeconds: Int64 = 0
    /// Of a hold: how long after its commit it is released by itself, seconds.
    package var holdSeconds: Int64?

    package init(
        id: TransactionID, type: TransactionTypeCode, from: AccountReference,
        to: AccountReference, amount: Money, initiator: Initiator, requestID: String,
        idempotency: Idempotency?, details: Details = Details(), parent: TransactionID? = nil,
        receivedAt: Timestamp
    ) {
        self.id = id
        self.type = type
        self.from = from
        self.to = to
        self.amount = amount
        self.initiator = initiator
        self.requestID = requestID
        self.idempotency = idempotency
        self.details = details
        self.parent = parent
        self.receivedAt = receivedAt
    }
}

/// How an order names an account: by id, by number, or as the bank's own cash of its currency.
package enum AccountReference: Hashable, Sendable {
    case id(AccountID)
    case number(AccountNumber)
    case cash(Currency)
}

/// Who gave the order. Authority is decided together with the posting.
package struct Initiator: Hashable, Sendable {
    package let customerID: CustomerID
    package let authority: Authority

    package init(customerID: CustomerID, authority: Authority) {
        self.customerID = customerID
        self.authority = authority
    }
}

/// What the initiator may debit: the own accounts only, or (staff) any. The bank itself ends
/// holds whose time is over.
package enum Authority: String, Hashable, Sendable {
    case owner, staff, bank
}

/// The caller's key for this order and a digest (SHA-256, 32 bytes) of what was asked with it.
package struct Idempotency: Hashable, Sendable {
    package let key: String
    package let digest: [UInt8]

    package init(key: String, digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}

/// What the caller wrote beside the movement. Lengths are checked before it gets here.
package struct Details: Hashable, Sendable {
    package var externalReference: String?
    package var channel: Channel?
    package var description: String?
    /// A JSON object as canonical text, at most 4 KiB: never interpreted by the ledger.
    package var metadata: String?

    package init(
        externalReference: String? = nil, channel: Channel? = nil, description: String? = nil,
        metadata: String? = nil
    ) {
        self.externalReference = externalReference
        self.channel = channel
        self.description = description
        self.metadata = metadata
    }
}

package enum Channel: String, Hashable, Sendable, CaseIterable {
    case web, app, kiosk, ussd, api
}

/// `deposit`, `withdrawal`, `transfer`, `purchase`, `reversal`, `cancellation`, `hold`,
/// `capture`, `release`, or a type made by an administrator.
package struct TransactionTypeCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let deposit = TransactionTypeCode(rawValue: "deposit")
    package static let withdrawal = TransactionTypeCode(rawValue: "withdrawal")
    package static let transfer = TransactionTypeCode(rawValue: "transfer")
    package static let purchase = TransactionTypeCode(rawValue: "purchase")
    package static let reversal = TransactionTypeCode(rawValue: "reversal")
    package static let cancellation = TransactionTypeCode(rawValue: "cancellation")

    package static let hold = TransactionTypeCode(rawValue: "hold")
    package static let capture = TransactionTypeCode(rawValue: "capture")
    package static let release = TransactionTypeCode(rawValue: "release")

    /// Whether such an entry gives another one's money back.
    package var undoes: Bool { self == .reversal || self == .cancellation }

    /// Whether such an entry settles a hold.
    package var settles: Bool { self == .capture || self == .release }

    /// Whether such an entry ends another one, its parent.
    package var ends: Bool { undoes || settles }
}
