import Ledger
package import ServiceKit

/// Checks access tokens by signature and revocation list, and tickets by using them up.
package struct TokenChecker: CredentialChecker {
    private let authenticator: Authenticator
    private let tickets: Tickets

    package init(authenticator: Authenticator, tickets: Tickets) {
        self.authenticator = authenticator
        self.tickets = tickets
    }

    package func principal(
        for credential: Credential
    ) async throws(AuthenticationFailure) -> Principal {
        switch credential {
        case .token(let token): return try Self.principal(authenticator.authenticate(token: token))
        case .ticket(let ticket):
            let found: Principal?
            do {
                found = try await tickets.use(ticket)
            } catch {
                throw .unavailable
            }
            guard let found else { throw .invalidTicket }
            // The session may have ended since the ticket was made.
            let token = VerifiedToken(
                identity: Identity(
                    customerID: found.customerID, sessionID: found.sessionID, role: found.role),
                issuedAt: Timestamp(milliseconds: 0), expiresAt: found.expiresAt)
            return try Self.principal(authenticator.check(token))
        }
    }

    private static func principal(
        _ authentication: Authentication
    ) throws(AuthenticationFailure) -> Principal {
        switch authentication {
        case .identified(let token): return Principal(token)
        case .unknown: throw .unavailable
        case .anonymous, .refused(.invalid): throw .invalidToken
        case .refused(.expired): throw .expiredToken
        case .refused(.revoked(.customerClosed)): throw .customerClosed
        case .refused(.revoked): throw .revokedSession
        }
    }
}

extension Principal {
    package init(_ token: VerifiedToken) {
        self.init(
            customerID: token.identity.customerID, sessionID: token.identity.sessionID,
            role: token.identity.role, expiresAt: token.expiresAt)
    }
}
