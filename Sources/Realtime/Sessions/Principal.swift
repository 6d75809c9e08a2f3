package import BankAPI
package import Ledger
package import ServiceKit

/// Whom an access token or a ticket speaks for, and until when.
package struct Principal: Hashable, Sendable {
    package let customerID: CustomerID
    package let sessionID: SessionID
    package let role: Role
    package let expiresAt: Timestamp

    package init(
        customerID: CustomerID, sessionID: SessionID, role: Role, expiresAt: Timestamp
    ) {
        self.customerID = customerID
        self.sessionID = sessionID
        self.role = role
        self.expiresAt = expiresAt
    }

    package var viewer: Viewer { Viewer(customerID: customerID, isStaff: role.isStaff) }
}

/// What a client shows to say who it is.
package enum Credential: Hashable, Sendable {
    case token(String)
    case ticket(String)
}

/// Why a credential was not taken: the `code` of the `auth` error.
package enum AuthenticationFailure: String, Error, Hashable, Sendable {
    case invalidToken = "invalid_token"
    case expiredToken = "expired_token"
    case revokedSession = "revoked_session"
    case customerClosed = "customer_closed"
    case invalidTicket = "invalid_ticket"
    /// A right one, but another customer's, or of another role, than the connection was opened
    /// with. Closed with 4403: the same would happen again.
    case notAllowed = "not_allowed"
    /// Not the credential's fault: the storage could not be asked. Closed with 1013, not 4401.
    case unavailable = "unavailable"

    package init(_ reason: RevocationReason) {
        self = reason == .customerClosed ? .customerClosed : .revokedSession
    }

    var closing: Closing {
        switch self {
        case .invalidToken, .expiredToken, .revokedSession, .customerClosed, .invalidTicket:
            Closing(.unauthenticated, rawValue)
        case .notAllowed: Closing(.forbidden, rawValue)
        case .unavailable: Closing(.tryAgainLater, rawValue)
        }
    }
}

/// A point in time on both clocks: the wall's for what tokens and records say, the machine's
/// (milliseconds, never set back) for deadlines.
package struct Moment: Hashable, Sendable {
    package let wall: Timestamp
    package let uptime: Int64

    package init(wall: Timestamp, uptime: Int64) {
        self.wall = wall
        self.uptime = uptime
    }
}
