package import Ledger

/// Who asks: a signed-in customer or member of staff, in one session.
package struct Identity: Hashable, Sendable {
    package let customerID: CustomerID
    package let sessionID: SessionID
    package let role: Role

    package init(customerID: CustomerID, sessionID: SessionID, role: Role) {
        self.customerID = customerID
        self.sessionID = sessionID
        self.role = role
    }

    package var isStaff: Bool { role.isStaff }
}

/// An access token that was found right.
package struct VerifiedToken: Hashable, Sendable {
    package let identity: Identity
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp

    package init(identity: Identity, issuedAt: Timestamp, expiresAt: Timestamp) {
        self.identity = identity
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// What became of a request's Authorization header.
package enum Authentication: Hashable, Sendable {
    /// There was none.
    case anonymous
    case identified(VerifiedToken)
    case refused(TokenFault)
    /// The token is right, but the list of revoked sessions is too old to rely on.
    case unknown
}

/// Why a token is not accepted. Over HTTP all of these look alike; the websocket tells them.
package enum TokenFault: Error, Hashable, Sendable {
    case invalid
    case expired
    case revoked(RevocationReason)
}
