import Ledger
import NIOCore
import Testing
import bank_load

@Suite struct `Transfers against a stub` {
    private func payers(_ count: Int) -> [Payer] {
        let ids = IdentifierGenerator(
            clock: WallClock { Timestamp(milliseconds: 1_700_000_000_000) })
        return (0..<count).map { Payer(account: ids.next(), token: "token-\($0)") }
    }

    /// Runs `count` transfers against `bank`, settles, and checks, as the command does.
    private func run(
        _ bank: StubBank, count: Int = 400, connections: Int = 8, pace: Pace = .closed
    ) async throws -> (work: TransfersWork, settled: SettleWork, check: MoneyCheck) {
        try await StubServer.with(bank.answer) { server in
            let endpoint = WireEndpoint(host: "127.0.0.1", port: server.port)
            let payers = payers(10)
            let accounts = payers.map { (id: $0.account, token: $0.token) }
            let requests = TransferRequests(
                payers: payers, endpoint: endpoint, run: "test", currency: "USD")
            return try await WireClient.with(endpoint) { client in
                let settings = WireSettings(connections: connections)
                let before = try await client.run(
                    BalanceWork(accounts: accounts, endpoint: endpoint), settings: settings
                ).complete()
                let work = try await client.run(
                    TransfersWork(
                        plan: .init(
                            pace: pace, limit: .count(count), warmUp: .zero,
                            connections: connections),
                        requests: requests,
                        picker: TransferPicker(
                            accounts: payers.count, pattern: .uniform, amountMax: 100, seed: 1),
                        accounts: payers.count),
                    settings: settings)
                let settled = try await client.run(
                    SettleWork(
                        unknown: work.unsettled, samples: work.samples.samples,
                        books: work.books, requests: requests),
                    settings: settings)
                let after = try await client.run(
                    BalanceWork(accounts: accounts, endpoint: endpoint), settings: settings
                ).complete()
                let check = MoneyCheck(
                    before: before, after: after, books: settled.books,
                    names: payers.map { $0.account.description },
                    unresolved: settled.unresolved)
                return (work, settled, check)
            }
        }
    }

    @Test func `every transfer is posted, and the money is right`() async throws {
        let (work, settled, check) = try await run(StubBank())
        #expect(work.books.posted == 400)
        #expect(work.unsettled.isEmpty)
        #expect(check.holds)
        #expect(check.accountsChecked == 10)
        #expect(settled.compared == SampledReplies.samplesMax)
        #expect(settled.violations.isEmpty)
    }

    @Test func `a lost reply is unknown, not failed, and a retry with its key settles it`()
        async throws
    {
        let (work, settled, check) = try await run(StubBank(.losesReply(every: 20)))
        #expect(Books.sum(work.books.unknown) == 20)
        #expect(settled.settled == 20)
        #expect(settled.hadHappened == 20)
        #expect(settled.books.posted == 400)
        #expect(check.holds, "\(check.violations)")
    }

    @Test func `counting lost replies as failed would be caught`() async throws {
        let (work, settled, _) = try await run(StubBank(.losesReply(every: 20)))
        #expect(work.books.posted == 380)
        #expect(settled.books.movements != work.books.movements)
    }

    @Test func `a refusal moves nothing and is no error`() async throws {
        let (work, _, check) = try await run(StubBank(floor: -50))
        #expect((work.books.refused["insufficient_funds"] ?? 0) > 0)
        #expect(check.holds, "\(check.violations)")
    }

    @Test(arguments: [StubBank.Fault.forgets(every: 50), .doubles(every: 50)])
    func `a bank that loses or doubles a transfer is reported`(fault: StubBank.Fault) async throws {
        let (_, _, check) = try await run(StubBank(fault))
        #expect(!check.holds)
        #expect(check.violations.contains { $0.hasPrefix("I3/I4") })
    }

    @Test func `another reply to the same key is reported`() async throws {
        let (_, settled, _) = try await run(StubBank(.changesReplies), count: 20)
        #expect(settled.violations.count == 20)
    }

    @Test func `an overloaded bank is left alone for a moment, and the load goes on`() async throws
    {
        let bank = StubBank(.turnsAway(every: 10, status: 503, code: "overloaded", retryAfter: 1))
        let (work, _, check) = try await run(bank, count: 100)
        #expect((work.books.rejected["overloaded"] ?? 0) > 0)
        #expect(work.books.posted + Books.sum(work.books.rejected) == 100)
        #expect(check.holds, "\(check.violations)")
    }

    @Test func `in the open model a slow reply delays those behind it, and that is measured`()
        async throws
    {
        let bank = StubBank()
        let answer: @Sendable (StubRequest) -> StubReply? = { request in
            guard var reply = bank.answer(request) else { return nil }
            if request.key == "test-0" { reply.delay = .milliseconds(300) }
            return reply
        }
        let work = try await StubServer.with(answer) { server in
            let endpoint = WireEndpoint(host: "127.0.0.1", port: server.port)
            let payers = payers(2)
            return try await WireClient.with(endpoint) { client in
                try await client.run(
                    TransfersWork(
                        plan: .init(
                            pace: .open(rate: 100), limit: .count(30), warmUp: .zero,
                            connections: 1),
                        requests: TransferRequests(
                            payers: payers, endpoint: endpoint, run: "test", currency: "USD"),
                        picker: TransferPicker(
                            accounts: 2, pattern: .hot, amountMax: 10, seed: 1),
                        accounts: 2),
                    settings: WireSettings(connections: 1))
            }
        }
        // 29 requests were due while the first one blocked the only connection: half of them
        // waited for more than 100 ms, which a closed model would not have seen.
        #expect(work.books.posted == 30)
        #expect(work.measurement.latencies.microseconds(atPercentile: 50) > 100_000)
    }

    @Test func `a server that is not there is an error at once`() async throws {
        let endpoint = WireEndpoint(host: "127.0.0.1", port: 1)
        await #expect(throws: WireError.self) {
            try await WireClient.with(endpoint) { client in
                try await client.run(
                    BalanceWork(accounts: [], endpoint: endpoint),
                    settings: WireSettings(connections: 4))
            }
        }
    }

    @Test func `a request that gets no reply in time is unknown, and its connection is given up`()
        async throws
    {
        let answer: @Sendable (StubRequest) -> StubReply? = { request in
            StubReply(
                status: 201, body: #"{"id":"x"}"#,
                delay: request.key == "test-3" ? .seconds(3) : .zero)
        }
        let work = try await StubServer.with(answer) { server in
            let endpoint = WireEndpoint(host: "127.0.0.1", port: server.port)
            let payers = payers(2)
            var settings = WireSettings(connections: 2)
            settings.requestTimeout = .milliseconds(300)
            return try await WireClient.with(endpoint) { [settings] client in
                try await client.run(
                    TransfersWork(
                        plan: .init(
                            pace: .closed, limit: .count(10), warmUp: .zero, connections: 2),
                        requests: TransferRequests(
                            payers: payers, endpoint: endpoint, run: "test", currency: "USD"),
                        picker: TransferPicker(
                            accounts: 2, pattern: .uniform, amountMax: 10, seed: 1),
                        accounts: 2),
                    settings: settings)
            }
        }
        #expect(work.books.posted == 9)
        #expect(work.books.unknown == ["timeout": 1])
        #expect(work.unsettled.map(\.number) == [3])
    }
}
