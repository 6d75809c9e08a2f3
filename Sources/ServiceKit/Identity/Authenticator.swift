package import HTTPTypes
import Ledger

/// Says who a token belongs to: right by itself, and its session not revoked.
package struct Authenticator: Sendable {
    private let tokens: AccessTokens
    private let revocations: SessionRevocations

    package init(tokens: AccessTokens, revocations: SessionRevocations) {
        self.tokens = tokens
        self.revocations = revocations
    }

    /// For the websocket's `auth` message and its tickets.
    package func authenticate(token: String) -> Authentication {
        do throws(TokenFault) {
            let token = try tokens.verify(token)
            return check(token)
        } catch {
            return .refused(error)
        }
    }

    /// Looks again at a token verified before: a live connection's, a ticket's.
    package func check(_ token: VerifiedToken) -> Authentication {
        do {
            if let reason = try revocations.reason(for: token.identity.sessionID) {
                return .refused(.revoked(reason))
            }
            return .identified(token)
        } catch {
            return .unknown
        }
    }

    /// For HTTP: exactly one Authorization header, `Bearer` and the token (RFC 6750).
    package func authenticate(_ headers: HTTPFields) -> Authentication {
        let values = headers[values: .authorization]
        guard let value = values.first else { return .anonymous }
        guard values.count == 1, let token = Self.bearerToken(value) else {
            return .refused(.invalid)
        }
        return authenticate(token: token)
    }

    /// The scheme's name in any case (RFC 9110 section 11.1), one space, the token.
    private static func bearerToken(_ value: String) -> String? {
        let scheme = "bearer "
        guard value.utf8.count > scheme.utf8.count,
            value.prefix(scheme.count).lowercased() == scheme
        else { return nil }
        return String(value.dropFirst(scheme.count))
    }
}
