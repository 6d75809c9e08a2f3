package import BankCore
package import Ledger
package import ServiceKit

/// The stores of sessions and of failed log-ins under test. Each check makes sessions of its
/// own, so that checks can share one database.
package struct IdentityUnderTest: Sendable {
    package let bank: BankUnderTest
    package let directory: any CustomerDirectory
    package let sessions: any SessionStore
    package let revocations: any RevocationSource
    package let limits: any GuessLimits
    package let factors: any TwoFactorStore
    package let challenges: any ChallengeStore
    package let queue: any MessageQueue
    package let tokens = RefreshTokens(secret: Secret("Zt4Lw9Qe2Yb7Nk5Vc8Xd1Rf6Gh3Js0Pm"))
    private let ids = IdentifierGenerator(clock: .system)

    package init(
        bank: BankUnderTest, directory: any CustomerDirectory, sessions: any SessionStore,
        revocations: any RevocationSource, limits: any GuessLimits,
        factors: any TwoFactorStore, challenges: any ChallengeStore, queue: any MessageQueue
    ) {
        self.bank = bank
        self.directory = directory
        self.sessions = sessions
        self.revocations = revocations
        self.limits = limits
        self.factors = factors
        self.challenges = challenges
        self.queue = queue
    }

    /// A new session of a new customer, with its refresh token.
    package func open(
        customer: CustomerID? = nil, lifetimeSeconds: Int64 = 3_600
    ) async throws -> (session: Session, token: RefreshToken) {
        let known: Customer
        if let customer {
            known = try require(try await directory.customer(customer), "the customer is there")
        } else {
            known = try await bank.customer().customer
        }
        return try require(
            try await open(for: known, lifetimeSeconds: lifetimeSeconds), "a session is opened")
    }

    /// Nil if the customer is not any more as `customer` says.
    package func open(
        for customer: Customer, lifetimeSeconds: Int64 = 3_600
    ) async throws -> (session: Session, token: RefreshToken)? {
        let now = WallClock.system.now
        let session = Session(
            id: ids.next(), customerID: customer.id, createdAt: now, lastUsedAt: now,
            expiresAt: now.advanced(bySeconds: lifetimeSeconds), address: "127.0.0.1",
            userAgent: "$where {\"$ne\": 1} $$NOW")
        let token = tokens.first(of: session.id)
        let isOpen = try await sessions.open(session, of: customer, refresh: token.hash)
        return isOpen ? (session, token) : nil
    }

    package func rotate(_ token: RefreshToken) async throws -> RefreshRotation {
        try await sessions.rotate(
            token.sessionID, from: token.hash, to: tokens.successor(of: token).hash,
            lifetimeSeconds: 3_600)
    }

    /// Of a counter of its own.
    package func name() -> String { "test:\(ids.next(CustomerID.self))" }
}

package struct IdentityCheck: Sendable, CustomStringConvertible {
    package let description: String
    package let run: @Sendable (IdentityUnderTest) async throws -> Void

    init(
        _ description: String, _ run: @escaping @Sendable (IdentityUnderTest) async throws -> Void
    ) {
        self.description = description
        self.run = run
    }
}

/// What every store of sessions and of failed log-ins has to do.
package enum IdentityContract {
    package static let checks: [IdentityCheck] =
        sessions + customers + guesses + twoFactor + messages

    private static let sessions: [IdentityCheck] = [
        IdentityCheck("a session is listed as it was opened") { identity in
            let (session, _) = try await identity.open()
            let listed = try await identity.sessions.sessions(of: session.customerID)
            try expect(listed, [session])
        },
        IdentityCheck("the newest session stands first, others' are not listed") { identity in
            let (first, _) = try await identity.open()
            // Ids sort by their millisecond.
            try await Task.sleep(for: .milliseconds(2))
            let (second, _) = try await identity.open(customer: first.customerID)
            _ = try await identity.open()
            let listed = try await identity.sessions.sessions(of: first.customerID)
            try expect(listed.map(\.id), [second.id, first.id])
        },
        IdentityCheck("a refresh token is good for one exchange after another") { identity in
            var (session, token) = try await identity.open(lifetimeSeconds: 60)
            for _ in 0..<5 {
                guard case .rotated(let renewed) = try await identity.rotate(token) else {
                    throw Broken("the current token was not exchanged")
                }
                try expect(renewed.id, session.id)
                try expect(renewed.expiresAt > session.expiresAt, "the session lives longer")
                session = Session(
                    id: session.id, customerID: session.customerID, createdAt: session.createdAt,
                    lastUsedAt: renewed.lastUsedAt, expiresAt: session.expiresAt,
                    address: session.address, userAgent: session.userAgent)
                token = identity.tokens.successor(of: token)
            }
        },
        IdentityCheck("the same token again, at once, is a lost reply") { identity in
            let (_, token) = try await identity.open()
            for _ in 0..<3 {
                guard case .rotated = try await identity.rotate(token) else {
                    throw Broken("the repetition was not taken for one")
                }
            }
        },
        IdentityCheck("a token before the last exchange is a reuse") { identity in
            let (session, token) = try await identity.open()
            _ = try await identity.rotate(token)
            _ = try await identity.rotate(identity.tokens.successor(of: token))
            guard case .reused(let reused) = try await identity.rotate(token) else {
                throw Broken("an old token was not found out")
            }
            try expect(reused.id, session.id)
        },
        IdentityCheck("twenty refreshes at once agree on one successor") { identity in
            let (_, token) = try await identity.open()
            let rotations = try await withThrowingTaskGroup(of: RefreshRotation.self) { group in
                for _ in 0..<20 { group.addTask { try await identity.rotate(token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let rotated = rotations.filter { if case .rotated = $0 { true } else { false } }
            try expect(rotated.count, 20)
            guard
                case .rotated = try await identity.rotate(identity.tokens.successor(of: token))
            else { throw Broken("the successor is not good") }
        },
        IdentityCheck("an ended session can be renewed no more and is told to all") { identity in
            let (session, token) = try await identity.open()
            let ended = try await identity.sessions.revoke(
                session.id, of: session.customerID, reason: .logout)
            try expect(ended, "the session was ended")
            try expect(try await identity.rotate(token), .ended)
            let listed = try await identity.sessions.sessions(of: session.customerID)
            try expect(listed, [])
            let revoked = try await identity.revocations.revokedSessions(inLastSeconds: 60)
            try expect(
                revoked.contains(
                    RevokedSession(
                        sessionID: session.id, customerID: session.customerID, reason: .logout)),
                "the revoked session is told")
        },
        IdentityCheck("a session is ended once, and by its customer only") { identity in
            let (session, _) = try await identity.open()
            let (foreign, _) = try await identity.open()
            let byOther = try await identity.sessions.revoke(
                session.id, of: foreign.customerID, reason: .ended)
            try expect(!byOther, "another customer cannot end it")
            let first = try await identity.sessions.revoke(
                session.id, of: session.customerID, reason: .ended)
            let second = try await identity.sessions.revoke(
                session.id, of: session.customerID, reason: .ended)
            try expect([first, second], [true, false])
        },
        IdentityCheck("a session that was not used in time has ended") { identity in
            let (session, token) = try await identity.open(lifetimeSeconds: -1)
            try expect(try await identity.rotate(token), .ended)
            let listed = try await identity.sessions.sessions(of: session.customerID)
            try expect(listed, [])
        },
        IdentityCheck("an unknown session has ended") { identity in
            let (session, _) = try await identity.open()
            let unknown = SessionID(high: session.id.high, low: session.id.low ^ 1)
            try expect(try await identity.rotate(identity.tokens.first(of: unknown)), .ended)
        },
    ]
}
