import BankAPI
import Crypto
package import Ledger

/// Makes and checks access tokens: JWT (RFC 7519) in compact form, signed with HS256.
///
/// Claims: `iss, aud, sub (cus_…), sid (ses_…), role, iat, exp, jti, typ: "access"`, and no
/// others. Whatever is not exactly that is refused, and every refusal costs about the same.
/// It is written here instead of taken from a library because a library's reader lets pass
/// what must not pass (duplicate keys, fractions as dates, padding, unknown headers); what is
/// then left of a library is one HMAC.
package struct AccessTokens: Sendable {
    package static let issuer = "teller"
    package static let audience = "teller-api"
    /// No token is longer; ours have about 400 bytes.
    static let tokenBytesMax = 2_048
    /// No token lives longer, whoever signed it.
    static let lifetimeSecondsMax: Int64 = 86_400
    /// How far another instance's clock may be ahead.
    static let clockSkewSeconds: Int64 = 60

    private let key: SymmetricKey
    private let ids: IdentifierGenerator
    private let clock: WallClock
    /// How long a new token lives.
    package let lifetimeSeconds: Int64
    private let verified: VerifiedTokenCache

    package init(
        secret: Secret, lifetimeSeconds: Int64, clock: WallClock = .system,
        cacheEntriesMax: Int = 20_000
    ) {
        self.key = SymmetricKey(data: Array(secret.value.utf8))
        self.clock = clock
        self.ids = IdentifierGenerator(clock: clock)
        self.lifetimeSeconds = min(lifetimeSeconds, Self.lifetimeSecondsMax)
        self.verified = VerifiedTokenCache(entriesMax: cacheEntriesMax)
    }

    /// A new token for `identity`. A longer or shorter life than usual is for tools and tests.
    package func issue(to identity: Identity, lifetimeSeconds: Int64? = nil) -> String {
        let issuedAt = clock.now.milliseconds / 1_000
        let lifetime = min(lifetimeSeconds ?? self.lifetimeSeconds, Self.lifetimeSecondsMax)
        let claims = JSONWriter.bytes { json in
            json.object { json in
                json.member("iss", Self.issuer)
                json.member("aud", Self.audience)
                json.member("sub", describing: identity.customerID)
                json.member("sid", describing: identity.sessionID)
                json.member("role", identity.role.rawValue)
                json.member("iat", issuedAt)
                json.member("exp", issuedAt + lifetime)
                json.member("jti", describing: ids.next(Identifier<TokenKind>.self))
                json.member("typ", "access")
            }
        }
        let signed = Self.header + "." + Base64URL.encode(claims)
        return signed + "." + Base64URL.encode(signature(of: signed.utf8))
    }

    /// `{"alg":"HS256","typ":"JWT"}`
    private static let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)

    private func signature(of text: some Sequence<UInt8>) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text), using: key)
    }

    /// Who the token is for, if it is one of ours and its time has not come.
    package func verify(_ token: String) throws(TokenFault) -> VerifiedToken {
        let now = clock.now
        if let known = verified.token(token) {
            guard known.expiresAt > now else { throw .expired }
            return known
        }
        guard let claims = signedClaims(of: token), let found = TokenClaims(claims) else {
            throw .invalid
        }
        guard found.token.expiresAt > now else { throw .expired }
        let latest = now.advanced(bySeconds: Self.clockSkewSeconds)
        guard found.token.issuedAt <= latest, found.notBefore.map({ $0 <= latest }) ?? true else {
            throw .invalid
        }
        verified.insert(found.token, for: token, now: now)
        return found.token
    }

    /// The payload's bytes if form, header and signature are right.
    private func signedClaims(of token: String) -> [UInt8]? {
        let bytes = Array(token.utf8)
        guard bytes.count <= Self.tokenBytesMax else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = Base64URL.decode(parts[0]), Self.isAccepted(header: header),
            let claims = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: bytes[..<parts[1].endIndex], using: key)
        else { return nil }
        return claims
    }

    /// `alg` must be HS256, `typ` JWT if it is there, and nothing else may be: no `kid`,
    /// `jku`, `jwk`, `x5c`, `crit`, `b64`.
    private static func isAccepted(header: [UInt8]) -> Bool {
        guard let json = try? JSONParser.parse(header), let members = json.object else {
            return false
        }
        return json["alg"] == .string("HS256")
            && members.allSatisfy {
                $0.key == "alg" || ($0.key == "typ" && $0.value == .string("JWT"))
            }
    }
}

package enum TokenKind: IdentifierKind { package static let prefix = "tok" }
