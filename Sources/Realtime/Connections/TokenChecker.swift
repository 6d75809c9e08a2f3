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
        forToken token: String
    ) throws(AuthenticationFailure) -> Principal {
        try Self.principal(authenticator.authenticate(token: token))
    }

    package func principal(
        forTicket ticket: String
    ) async throws(AuthenticationFailure) -> Principal {
        let found: Principal?
        do {
            found = try await tickets.use(ticket)
        } catch {
            throw .unavailable
        }
        guard let found else { throw .invalidTicket }
        // The session may have ended since the ticket was made.
        return try Self.principal(check(found))
    }

    package func recheck(_ principal: Principal) -> AuthenticationFailure? {
        do throws(AuthenticationFailure) {
            _ = try Self.principal(check(principal))
            return nil
        } catch {
            return error
        }
    }

    private func check(_ principal: Principal) -> Authentication {
        authenticator.check(
            VerifiedToken(
                identity: Identity(
                    customerID: principal.customerID, sessionID: principal.sessionID,
                    role: principal.role),
                issuedAt: Timestamp(milliseconds: 0), expiresAt: principal.expiresAt))
    }

    private static func principal(
        _ authentication: Authentication
    ) throws(AuthenticationFailure) -> Principal {
        switch authentication {
        case .identified(let token): return Principal(token)
        case .unknown: throw .unavailable
        case .anonymous, .refused(.invalid): throw .invalidToken
        case .refused(.expired): throw .expiredToken
        case .refused(.revoked(let reason)): throw AuthenticationFailure(reason)
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
