package import Ledger

/// Why a session ended before its time.
package enum RevocationReason: String, Hashable, Sendable, CaseIterable {
    /// The customer logged out.
    case logout
    /// Ended by the customer from another session.
    case ended
    /// An old refresh token was used again: someone has a copy.
    case refreshReused = "refresh_reused"
    case passwordChanged = "password_changed"
    case roleChanged = "role_changed"
    case customerClosed = "customer_closed"
}

package struct RevokedSession: Hashable, Sendable {
    package let sessionID: SessionID
    package let customerID: CustomerID
    package let reason: RevocationReason

    package init(sessionID: SessionID, customerID: CustomerID, reason: RevocationReason) {
        self.sessionID = sessionID
        self.customerID = customerID
        self.reason = reason
    }
}

/// Where revoked sessions are read from: the port of ``SessionRevocations``.
package protocol RevocationSource: Sendable {
    /// The sessions revoked in the last `seconds` by the store's own clock, which is the clock
    /// that stamped them.
    func revokedSessions(inLastSeconds seconds: Int) async throws -> [RevokedSession]
}
