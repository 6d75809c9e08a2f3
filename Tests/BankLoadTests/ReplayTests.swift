import Ledger
import NIOCore
import Testing
import bank_load

private struct FixedToken: TokenSource {
    let token = "staff"
    func refused(_ token: String) {}
}

@Suite struct `A replay against a stub` {
    private let text =
        ExportSample.header + #"""
            11,A,1993-01-01,credit,deposit,700,700
            12,B,1993-01-01,credit,deposit,100,100
            13,A,1993-01-02,debit,"with ""quotes""",900,-200
            14,B,1993-01-03,debit,withdrawal,40,111
            15,A,1993-01-03,credit,interest,300,100
            """#

    private let accounts: [ReplayAccount] = {
        let ids = IdentifierGenerator(
            clock: WallClock { Timestamp(milliseconds: 1_700_000_000_000) })
        return (0..<2).map { _ in ReplayAccount(id: ids.next(), seq: 0, overdraft: 0) }
    }()

    private func replay(
        _ bank: StubBank, accounts: [ReplayAccount], name: String = "small"
    ) async throws -> (work: ReplayWork, result: ReplayResult) {
        let plan = try #require(try ExportSample.read(text).plan)
        return try await StubServer.with(bank.answer) { server in
            let endpoint = WireEndpoint(host: "127.0.0.1", port: server.port)
            return try await WireClient.with(endpoint) { client in
                let settings = WireSettings(connections: 4)
                let work = try await client.run(
                    ReplayWork(
                        plan: plan, accounts: accounts,
                        requests: MovementRequests(
                            endpoint: endpoint, name: name, currency: "CZK"),
                        staff: FixedToken()),
                    settings: settings)
                let balances = try await client.run(
                    BalanceWork(accounts: accounts.map { ($0.id, "staff") }, endpoint: endpoint),
                    settings: settings
                ).complete()
                let result = ReplayResult(
                    plan: plan, work: work, balances: balances, elapsed: .seconds(1), opened: 2,
                    overdrafts: 1, tolerance: 50)
                return (work, result)
            }
        }
    }

    @Test func `every movement is posted in its account's order, and the balances are exact`()
        async throws
    {
        let bank = StubBank()
        let (_, result) = try await replay(bank, accounts: accounts)
        #expect(result.posted == 5)
        #expect(result.isExact)
        #expect(
            bank.keys(of: accounts[0].id.description)
                == ["replay-small-11", "replay-small-13", "replay-small-15"])
        #expect(
            bank.keys(of: accounts[1].id.description) == ["replay-small-12", "replay-small-14"])
        #expect(result.differing.map(\.account) == ["B"])
        #expect(result.differing.map(\.expected) == [111])
    }

    @Test func `a second run moves nothing`() async throws {
        let bank = StubBank()
        _ = try await replay(bank, accounts: accounts)
        let again = accounts.map { ReplayAccount(id: $0.id, seq: 3, overdraft: 0) }
        let (_, result) = try await replay(bank, accounts: again)
        #expect(result.posted == 0)
        #expect(result.replayed == 5)
        #expect(result.isExact)
        #expect(result.text.contains("nothing was moved"))
    }

    @Test func `a lost reply is asked for again with the same key, and nothing moves twice`()
        async throws
    {
        let (work, result) = try await replay(
            StubBank(.losesReply(every: 2)), accounts: accounts)
        #expect(work.repeated["connection_lost"] == 2)
        #expect(result.posted + result.replayed == 5)
        #expect(result.isExact)
    }

    @Test(arguments: [(429, "rate_limited"), (503, "overloaded"), (503, "unavailable")])
    func `a bank that asks for a pause gets it, and nothing is lost`(
        status: Int, code: String
    ) async throws {
        let bank = StubBank(.turnsAway(every: 3, status: status, code: code, retryAfter: 1))
        let began = ContinuousClock.now
        let (work, result) = try await replay(bank, accounts: accounts)
        #expect((work.repeated[code] ?? 0) > 0)
        #expect(ContinuousClock.now - began >= .seconds(1))
        #expect(result.isExact)
    }

    @Test func `a refused movement is told with its line, and the balance is not exact`()
        async throws
    {
        let (_, result) = try await replay(StubBank(floor: 0), accounts: accounts)
        #expect(result.refused == 1)
        #expect(result.refusals == ["line 4: insufficient_funds"])
        #expect(!result.isExact)
        #expect(result.inexact.map(\.account) == ["A"])
    }

    @Test func `a file that somebody else has replayed is not replayed again`() async throws {
        let bank = StubBank()
        _ = try await replay(bank, accounts: accounts)
        let again = accounts.map { ReplayAccount(id: $0.id, seq: 3, overdraft: 0) }
        // Another name makes other keys, as another staff member would.
        let (work, _) = try await replay(bank, accounts: again, name: "other")
        #expect(work.fault?.contains("was new to the bank") == true)
        #expect(work.posted <= 1)
    }

    @Test func `what the bank does not take up stops the replay`() async throws {
        let bank = StubBank(.turnsAway(every: 2, status: 403, code: "forbidden", retryAfter: 0))
        let (work, result) = try await replay(bank, accounts: accounts)
        #expect(work.fault?.contains("forbidden") == true)
        #expect(!result.isExact)
    }
}
