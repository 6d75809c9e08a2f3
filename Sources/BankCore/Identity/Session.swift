package import Ledger
package import ServiceKit

/// A customer's being logged in on one device, until it is ended or not used for long.
package struct Session: Hashable, Sendable {
    package let id: SessionID
    package let customerID: CustomerID
    package let createdAt: Timestamp
    /// When its tokens were renewed last.
    package var lastUsedAt: Timestamp
    /// When it ends by itself, unless it is renewed.
    package var expiresAt: Timestamp
    /// Where it was opened from.
    package let address: String
    /// What the client called itself, cut to 200 bytes.
    package let userAgent: String?

    package init(
        id: SessionID, customerID: CustomerID, createdAt: Timestamp, lastUsedAt: Timestamp,
        expiresAt: Timestamp, address: String, userAgent: String?
    ) {
        self.id = id
        self.customerID = customerID
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
        self.address = address
        self.userAgent = userAgent
    }
}

/// Where sessions are kept. Times are the store's own, so that instances agree on them.
package protocol SessionStore: Sendable {
    /// Opens a session of the customer, if they are still as they were read when their proofs
    /// were checked: active, with this password and this role. False if not: then a change of
    /// password, role or status came between, which ends all sessions, and so also this one.
    func open(
        _ session: Session, of customer: Customer, refresh: RefreshTokenHash
    ) async throws(StoreError) -> Bool

    /// Exchanges the refresh token `from` for `to` if `from` is the current one, in one step,
    /// and moves the session's end to so many seconds from now. The one before the current one
    /// counts as current for ``RefreshTokens/graceSeconds`` after its exchange.
    func rotate(
        _ id: SessionID, from: RefreshTokenHash, to: RefreshTokenHash, lifetimeSeconds: Int64
    ) async throws(StoreError) -> RefreshRotation

    /// Live sessions, newest first, at most ``sessionsMax``.
    func sessions(of customer: CustomerID) async throws(StoreError) -> [Session]

    /// Ends a live session of the customer; false if there is none with that id.
    func revoke(
        _ id: SessionID, of customer: CustomerID, reason: RevocationReason
    ) async throws(StoreError) -> Bool
}

/// How many sessions a list shows.
package let sessionsMax = 200

/// What became of a refresh token that was ours.
package enum RefreshRotation: Hashable, Sendable {
    /// It was exchanged, just now or within the grace for a lost reply.
    case rotated(Session)
    /// It was exchanged before that: someone has a copy.
    case reused(Session)
    /// The session has ended.
    case ended
}
