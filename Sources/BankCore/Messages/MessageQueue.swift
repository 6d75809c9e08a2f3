package import Ledger

package enum MessageKind: IdentifierKind { package static let prefix = "msg" }
package typealias MessageID = Identifier<MessageKind>

/// A message to a customer that is to be sent.
package struct OutgoingMessage: Hashable, Sendable {
    package let id: MessageID
    package let customerID: CustomerID
    /// A phone number.
    package let to: String
    package let kind: Purpose
    /// ``MessageText``, sealed for the message's id.
    package let sealed: [UInt8]
    /// When nobody has a use for it any more, in seconds from now.
    package let usefulSeconds: Int64

    package enum Purpose: String, Hashable, Sendable, CaseIterable {
        case otp
    }

    package init(
        id: MessageID, customerID: CustomerID, to: String, kind: Purpose, sealed: [UInt8],
        usefulSeconds: Int64
    ) {
        self.id = id
        self.customerID = customerID
        self.to = to
        self.kind = kind
        self.sealed = sealed
        self.usefulSeconds = usefulSeconds
    }
}

/// What became of a message.
package struct MessageRecord: Hashable, Sendable {
    package let message: OutgoingMessage
    package let status: Status
    /// How often sending it was begun.
    package let attempts: Int64
    /// Why the last attempt failed: a code, never a gateway's text.
    package let failure: String?
    package let createdAt: Timestamp
    package let sentAt: Timestamp?

    package enum Status: String, Hashable, Sendable, CaseIterable {
        case queued, sent
        /// Three attempts failed, or its time was over. For people to look at.
        case dead
    }

    package init(
        message: OutgoingMessage, status: Status, attempts: Int64, failure: String?,
        createdAt: Timestamp, sentAt: Timestamp?
    ) {
        self.message = message
        self.status = status
        self.attempts = attempts
        self.failure = failure
        self.createdAt = createdAt
        self.sentAt = sentAt
    }
}

/// The durable queue of outgoing messages: each is sent at least once, by one instance at a
/// time, and never forgotten: it ends as sent or as dead.
package protocol MessageQueue: Sendable {
    /// Takes a message that is due, for ``MessageDelivery/leaseSeconds``, and counts the
    /// attempt; nil if none is. Those that are past their use or their attempts become dead.
    func claim() async throws(StoreError) -> MessageRecord?

    /// It was sent in its attempt of that number.
    func sent(_ id: MessageID, attempt: Int64) async throws(StoreError)

    /// The attempt of that number failed. Nil: it is not tried again.
    func failed(
        _ id: MessageID, attempt: Int64, failure: String, againAfterSeconds: Int64?
    ) async throws(StoreError)

    /// Newest first.
    func messages(
        _ filter: MessageFilter, _ page: PageRequest<MessageID>
    ) async throws(StoreError) -> Page<MessageRecord>
}

/// Every condition that is not nil must hold.
package struct MessageFilter: Hashable, Sendable {
    package var to: String?
    package var status: MessageRecord.Status?

    package init(to: String? = nil, status: MessageRecord.Status? = nil) {
        self.to = to
        self.status = status
    }
}

/// How messages are tried.
package enum MessageDelivery {
    package static let attemptsMax: Int64 = 3
    /// Longer than a gateway is waited for.
    package static let leaseSeconds: Int64 = 30
    package static let gatewaySeconds: Int64 = 10
    /// How long records are kept.
    package static let keptDays: Int64 = 7

    /// The pause after an attempt that failed: 2 s, 8 s; nil after the last.
    package static func pauseSeconds(after attempt: Int64) -> Int64? {
        switch attempt {
        case ..<2: 2
        case 2: 8
        default: nil
        }
    }
}
