import AsyncHTTPClient
import Ledger
import Testing
import bank_load

@Suite struct `Accounts of a replay` {
    private let plan: ReplayPlan

    init() throws {
        let rows = (1...7).map {
            "\($0),K\($0),1993-01-01,\($0 == 2 ? "debit" : "credit"),x,500,0\n"
        }
        plan = try #require(try ExportSample.read(ExportSample.header + rows.joined()).plan)
    }

    private func open(
        _ bank: StubStaffBank
    ) async throws -> (accounts: [ReplayAccount], opened: Int, overdrafts: Int) {
        try await StubServer.with(bank.answer) { server in
            try await HTTPClient.withHTTPClient { http in
                let client = BankClient(http: http, url: "http://127.0.0.1:\(server.port)")
                let staff = try await StaffSession.logIn(
                    client, email: "staff@example.com", password: "secret")
                return try await AccountOpening(
                    bank: client, staff: staff, name: "small", currency: "CZK", progress: { _ in }
                ).run(plan)
            }
        }
    }

    @Test func `each account is opened once, with an overdraft where it is needed`() async throws {
        let bank = StubStaffBank()
        let result = try await open(bank)
        #expect(result.opened == 7)
        #expect(result.overdrafts == 1)
        #expect(Set(result.accounts.map(\.id)).count == 7)
        #expect(Set(bank.accounts.map(\.description)) == Set((1...7).map { "replay small K\($0)" }))
        #expect(
            bank.accounts.filter { $0.overdraft == 500 }.map(\.description) == ["replay small K2"])
        #expect(bank.emails.contains("replay-small-1@example.com"))
    }

    @Test func `a second run finds them all and changes nothing`() async throws {
        let bank = StubStaffBank()
        let first = try await open(bank)
        let customers = bank.emails.count
        let second = try await open(bank)
        #expect(second.opened == 0)
        #expect(second.overdrafts == 0)
        #expect(second.accounts.map(\.id) == first.accounts.map(\.id))
        #expect(bank.emails.count == customers)
    }

    @Test func `customers of a run that ended early are passed over`() async throws {
        let bank = StubStaffBank()
        bank.take("replay-small-1@example.com")
        bank.take("replay-small-2@example.com")
        #expect(try await open(bank).opened == 7)
    }

    @Test func `of two accounts with one name the one with movements counts`() async throws {
        let bank = StubStaffBank(accountsPerCustomer: 100)
        _ = try await open(bank)
        let third = try #require(bank.accounts.first { $0.description == "replay small K3" })
        bank.duplicate(third)
        let twin = try #require(bank.accounts.last)
        #expect(try await open(bank).accounts[2].id.description == third.id)
        bank.setSeq(5, of: twin.id)
        #expect(try await open(bank).accounts[2].id.description == twin.id)
    }

    @Test func `a token is renewed before it expires, and when the bank refuses it`() async throws {
        let bank = StubStaffBank(tokenSeconds: 2)
        try await StubServer.with(bank.answer) { server in
            try await HTTPClient.withHTTPClient { http in
                let client = BankClient(http: http, url: "http://127.0.0.1:\(server.port)")
                let staff = try await StaffSession.logIn(
                    client, email: "staff@example.com", password: "secret")
                #expect(staff.token == "login1")
                try await withThrowingTaskGroup { group in
                    group.addTask { try await staff.keepAlive() }
                    for _ in 0..<100 where staff.token == "login1" {
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    group.cancelAll()
                }
            }
        }
        #expect(bank.refreshes >= 1)
    }
}
