package import Ledger
package import ServiceKit

/// Opens, renews, lists and ends sessions.
package struct Sessions: Sendable {
    private let store: any SessionStore
    private let directory: any CustomerDirectory
    private let access: AccessTokens
    private let refresh: RefreshTokens
    private let revocations: SessionRevocations
    private let clock: WallClock
    private let ids: IdentifierGenerator
    private let refreshSeconds: Int64

    package init(
        store: any SessionStore, directory: any CustomerDirectory, access: AccessTokens,
        refresh: RefreshTokens, revocations: SessionRevocations, clock: WallClock,
        ids: IdentifierGenerator, refreshTokenDays: Int
    ) {
        self.store = store
        self.directory = directory
        self.access = access
        self.refresh = refresh
        self.revocations = revocations
        self.clock = clock
        self.ids = ids
        self.refreshSeconds = Int64(refreshTokenDays) * 86_400
    }

    /// Nil if the customer changed while their proofs were checked.
    package func open(
        for customer: Customer, from client: SessionClient
    ) async throws(StoreError) -> Tokens? {
        let now = clock.now
        let session = Session(
            id: ids.next(), customerID: customer.id, createdAt: now, lastUsedAt: now,
            expiresAt: now.advanced(bySeconds: refreshSeconds),
            address: client.address.description, userAgent: client.userAgent)
        let token = refresh.first(of: session.id)
        guard try await store.open(session, of: customer, refresh: token.hash) else { return nil }
        return tokens(customer, session.id, refresh: token)
    }

    /// A new pair for a refresh token. An old one that comes again ends the session: either its
    /// owner or a thief has a copy, and nobody can tell who.
    ///
    /// - Throws: `Problem` `invalid_token`, the same for whatever is wrong; ``StoreError``.
    package func renew(_ text: String) async throws -> Tokens {
        guard let token = refresh.recognise(text) else { throw Problem(.invalidToken) }
        let next = refresh.successor(of: token)
        let rotation = try await store.rotate(
            token.sessionID, from: token.hash, to: next.hash, lifetimeSeconds: refreshSeconds)
        switch rotation {
        case .rotated(let session):
            guard let customer = try await directory.customer(session.customerID),
                customer.status == .active
            else { throw Problem(.invalidToken) }
            return tokens(customer, session.id, refresh: next)
        case .reused(let session):
            _ = try await end(session.id, of: session.customerID, reason: .refreshReused)
            throw Problem(.invalidToken)
        case .ended: throw Problem(.invalidToken)
        }
    }

    package func list(of customer: CustomerID) async throws(StoreError) -> [Session] {
        try await store.sessions(of: customer)
    }

    /// Ends a session of the customer: its refresh token at once, its access tokens here at
    /// once and in the other processes within a second or two. False if there is none.
    package func end(
        _ id: SessionID, of customer: CustomerID, reason: RevocationReason
    ) async throws(StoreError) -> Bool {
        guard try await store.revoke(id, of: customer, reason: reason) else { return false }
        revocations.insert([RevokedSession(sessionID: id, customerID: customer, reason: reason)])
        return true
    }

    private func tokens(
        _ customer: Customer, _ session: SessionID, refresh token: RefreshToken
    ) -> Tokens {
        let identity = Identity(
            customerID: customer.id, sessionID: session, role: customer.role)
        return Tokens(
            access: Secret(access.issue(to: identity)), accessSeconds: access.lifetimeSeconds,
            refresh: token, refreshSeconds: refreshSeconds, customer: customer)
    }
}
