package import Ledger

/// One line of the interaction log.
package struct InteractionRecord: Hashable, Sendable {
    package let id: InteractionID
    package let at: Timestamp
    package let kind: Kind
    package var isError: Bool { kind.isError }
    package let requestID: String
    package let connectionID: ConnectionID
    package let customerID: CustomerID?
    package let sessionID: SessionID?
    package var accountID: AccountID?
    package var transactionID: TransactionID?
    package var seq: Int64?
    package var latencyMilliseconds: Int64?
    /// JSON text.
    package var data: String?
    package var code: String?

    package init(
        id: InteractionID, at: Timestamp, kind: Kind, requestID: String,
        connectionID: ConnectionID, customerID: CustomerID? = nil, sessionID: SessionID? = nil
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.requestID = requestID
        self.connectionID = connectionID
        self.customerID = customerID
        self.sessionID = sessionID
    }

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case connectionOpened = "connection.opened"
        case authSucceeded = "auth.succeeded"
        case authFailed = "auth.failed"
        case subscribed
        case resumed
        case eventInteraction = "event.interaction"
        case eventError = "event.error"
        case pushSent = "push.sent"
        case pushAcknowledged = "push.acknowledged"
        case limitHit = "limit.hit"
        case slowConsumer = "slow.consumer"
        case connectionClosed = "connection.closed"

        /// Whether records of this kind are errors; those of other kinds are not.
        package var isError: Bool {
            switch self {
            case .authFailed, .eventError, .limitHit, .slowConsumer: true
            case .connectionOpened, .authSucceeded, .subscribed, .resumed, .eventInteraction,
                .pushSent, .pushAcknowledged, .connectionClosed:
                false
            }
        }
    }
}
