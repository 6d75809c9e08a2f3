import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import ServiceKit
import Testing

@Suite struct IdentityStoreTests {
    private func identity(_ database: MongoDatabase) -> IdentityUnderTest {
        IdentityUnderTest(
            bank: database.bank, directory: MongoCustomerDirectory(database),
            sessions: MongoSessions(database), revocations: MongoRevocations(database),
            limits: MongoGuessLimits(database, ids: IdentifierGenerator(clock: .system)),
            factors: MongoTwoFactors(database), challenges: MongoChallenges(database),
            queue: MongoMessages(database))
    }

    @Test func `the stores on MongoDB keep the contract of identity`() async throws {
        try await withDatabase { database in
            for check in IdentityContract.checks {
                await #expect(throws: Never.self, "\(check)") {
                    try await check.run(identity(database))
                }
            }
        }
    }

    @Test func `after the grace the former token is a reuse`() async throws {
        try await withDatabase { database in
            let identity = identity(database)
            let (session, token) = try await identity.open()
            _ = try await identity.rotate(token)
            try await move(database, session.id, "refresh.exchangedAt", backSeconds: 19)
            guard case .rotated = try await identity.rotate(token) else {
                Issue.record("19 s are within the grace")
                return
            }
            try await move(database, session.id, "refresh.exchangedAt", backSeconds: 21)
            guard case .reused = try await identity.rotate(token) else {
                Issue.record("21 s are past the grace")
                return
            }
        }
    }

    @Test func `only what was revoked lately is told`() async throws {
        try await withDatabase { database in
            let identity = identity(database)
            let (session, _) = try await identity.open()
            _ = try await identity.sessions.revoke(
                session.id, of: session.customerID, reason: .passwordChanged)
            try await move(database, session.id, "revokedAt", backSeconds: 100)
            let recent = try await identity.revocations.revokedSessions(inLastSeconds: 90)
            #expect(recent.isEmpty)
            let older = try await identity.revocations.revokedSessions(inLastSeconds: 110)
            #expect(older.map(\.reason) == [.passwordChanged])
        }
    }

    @Test func `failures outside of the window are forgotten`() async throws {
        try await withDatabase { database in
            let identity = identity(database)
            let counter = GuessCounter(
                name: identity.name(), limit: RateLimit(count: 1, windowSeconds: 2),
                isForgiving: true)
            for attempt in 0..<2 {
                let verdict = try await identity.limits.begin([counter])
                if case .admitted = verdict { #expect(attempt == 0) } else { #expect(attempt == 1) }
            }
            try await Task.sleep(for: .milliseconds(2_100))
            let verdict = try await identity.limits.begin([counter])
            guard case .admitted = verdict else {
                Issue.record("the window is over")
                return
            }
        }
    }

    @Test func `the poll of revoked sessions reads an index only as far as it needs`() async throws
    {
        try await withDatabase { database in
            let identity = identity(database)
            for _ in 0..<20 {
                let (session, _) = try await identity.open()
                _ = try await identity.sessions.revoke(
                    session.id, of: session.customerID, reason: .logout)
                try await move(database, session.id, "revokedAt", backSeconds: 1_000)
            }
            let examined = try await database.run { connection in
                let plan = try connection.command([
                    "explain": [
                        "find": "sessions",
                        "filter": [
                            "revokedAt": ["$exists": true],
                            "$expr": ["$gt": ["$revokedAt", ["$subtract": ["$$NOW", 60_000]]]],
                        ],
                        "hint": "revoked",
                    ], "verbosity": "executionStats",
                ])
                return try plan.document("executionStats").int64("totalKeysExamined")
            }
            #expect(examined <= 1)
        }
    }

    /// Sets a time of a session so far before now, by the server's clock.
    private func move(
        _ database: MongoDatabase, _ id: SessionID, _ field: String, backSeconds: Int64
    ) async throws {
        try await database.run { connection in
            _ = try connection.updateOne(
                Collections.sessions, ["_id": .string(id.description)],
                [["$set": [field: ["$subtract": ["$$NOW", .int64(backSeconds * 1_000)]]]]])
        }
    }
}
