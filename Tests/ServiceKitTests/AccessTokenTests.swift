import Crypto
import JWTKit
import Ledger
import ServiceKit
import Testing

@Suite struct AccessTokenTests {
    private let moment = Moment()
    private let identity = Identity(
        customerID: CustomerID(high: 1, low: 2), sessionID: SessionID(high: 3, low: 4),
        role: .teller)

    private func tokens(lifetimeSeconds: Int64 = 900) -> AccessTokens {
        AccessTokens(
            secret: randomSecret, lifetimeSeconds: lifetimeSeconds, clock: moment.clock,
            cacheEntriesMax: 100)
    }

    @Test func `a token tells who it was made for`() throws {
        let tokens = tokens()
        let token = try tokens.verify(tokens.issue(to: identity))
        #expect(token.identity == identity)
        #expect(token.expiresAt == token.issuedAt.advanced(bySeconds: 900))
    }

    @Test func `another process with the same secret accepts it`() throws {
        #expect(try tokens().verify(tokens().issue(to: identity)).identity == identity)
    }

    @Test(arguments: [true, false])
    func `a token expires to the second, also when it was seen before`(seen: Bool) throws {
        let tokens = tokens()
        let token = tokens.issue(to: identity)
        if seen { _ = try tokens.verify(token) }
        moment.pass(899)
        _ = try tokens.verify(token)
        moment.pass(1)
        #expect(throws: TokenFault.expired) { try tokens.verify(token) }
    }

    @Test func `no token lives longer than a day`() throws {
        let tokens = tokens(lifetimeSeconds: 1_000_000)
        let token = try tokens.verify(tokens.issue(to: identity, lifetimeSeconds: 1_000_000))
        #expect(token.expiresAt == token.issuedAt.advanced(bySeconds: 86_400))
    }

    @Test func `more tokens than the cache holds are all verified`() throws {
        let tokens = tokens()
        let many = (0..<500).map { _ in tokens.issue(to: identity) }
        for token in many + many { #expect(try tokens.verify(token).identity == identity) }
    }

    /// Another implementation reads what is made here.
    @Test func `tokens are JWTs of HS256`() async throws {
        let keys = await JWTKeyCollection().add(
            hmac: HMACKey(stringLiteral: randomSecret.value), digestAlgorithm: .sha256)
        let claims = try await keys.verify(tokens().issue(to: identity), as: Claims.self)
        #expect(claims.sub == identity.customerID.description)
        #expect(claims.sid == identity.sessionID.description)
        #expect(claims.typ == "access" && claims.role == "teller")
        #expect(claims.iss == "teller" && claims.aud == "teller-api")
    }

    private struct Claims: JWTPayload {
        let iss, aud, sub, sid, role, jti, typ: String
        let iat, exp: Int

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    @Test func `a token signed by hand with the right claims is accepted`() throws {
        let forge = Forge(now: moment.clock.now)
        #expect(try tokens().verify(forge.token()).identity == forge.identity)
    }

    @Test func `there are at least 80 forgeries`() {
        let names = Forge(now: moment.clock.now).forgeries.map(\.name)
        #expect(names.count >= 80)
        #expect(Set(names).count == names.count)
    }

    @Test func `no forgery is accepted`() {
        let tokens = tokens()
        for forgery in Forge(now: moment.clock.now).forgeries {
            for _ in 0..<2 {
                #expect(throws: TokenFault.self, "\(forgery.name)") {
                    try tokens.verify(forgery.token)
                }
            }
        }
    }
}
