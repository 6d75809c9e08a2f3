import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite("Statements over HTTP") struct StatementRouteTests {
    private static let path = "/accounts/\(AccountID.numbered(1))/statements"
    private static let year = #"{"from":"2026-01-01","to":"2026-12-31""#

    private func today(_ more: String = "") -> String {
        let now = WallClock.system.now
        let from = now.advanced(bySeconds: -60)
        let until = now.advanced(bySeconds: 60)
        return "{\"from\":\"\(from)\",\"to\":\"\(until)\"\(more)}"
    }

    /// Accounts of the sample begin with money that no entry explains.
    private func emptied() async throws -> RouteBank {
        let bank = try await RouteBank()
        bank.ledger.tamper { $0.accounts[.numbered(1)]?.posted = 0 }
        return bank
    }

    @Test func `a short statement has opening, lines, totals and closing`() async throws {
        let bank = try await emptied()
        try await bank.serve { caller in
            _ = try await caller.post(
                caller.transfer(from: 3, to: 1, amount: "500"), as: .bob, key: "1")
            _ = try await caller.post(
                caller.transfer(amount: "120", more: #","description":"Tea""#), key: "2")
            let reply = try await caller.ask(.post, Self.path, today())
            #expect(reply.status == 200)
            #expect(reply.json["openingBalance"]?.integer == 0)
            #expect(reply.json["closingBalance"]?.integer == 380)
            let lines = reply.json["lines"]?.array ?? []
            #expect(lines.map { $0["amount"]?.integer } == [500, -120])
            #expect(lines.map { $0["balanceAfter"]?.integer } == [500, 380])
            #expect(lines.last?["description"]?.string == "Tea")
            #expect(lines.last?["counterparty"]?["holderName"]?.string == "Holder 3")
            let totals = reply.json["totals"]
            #expect(totals?["debits"]?.string == "120" && totals?["credits"]?.string == "500")
        }
    }

    @Test func `as CSV it has lines that end by RFC 4180, and no formula`() async throws {
        let bank = try await emptied()
        try await bank.serve { caller in
            _ = try await caller.post(
                caller.transfer(
                    from: 3, to: 1, amount: "500",
                    more: #","description":"=HYPERLINK(\"http://evil\")\r\nnext, line""#),
                as: .bob, key: "1")
            let reply = try await caller.ask(.post, Self.path, today(#","format":"csv""#))
            #expect(reply.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(reply.headers[.contentDisposition]?.contains("attachment") == true)
            let text = reply.text
            #expect(text.hasPrefix("record,seq,time,"))
            #expect(text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\r\nnext, line\""))
            #expect(text.contains(",5.00,5.00,USD,"))
            #expect(text.hasSuffix("\r\n"))
        }
    }

    @Test func `a long one is a job: pending, then ready, told and downloaded`() async throws {
        let bank = try await emptied()
        let worker = bank.worker
        let statements = bank.statements
        try await bank.serve { caller in
            for number in 0..<5 {
                _ = try await caller.post(
                    caller.transfer(from: 3, to: 1), as: .bob, key: "\(number)")
            }
            let ordered = try await caller.ask(.post, Self.path, Self.year + "}")
            #expect(ordered.status == 202)
            let id = ordered.json["statement"]?["id"]?.string ?? ""
            #expect(ordered.headers[.location] == "/api/v1/statements/\(id)")
            let early = try await caller.ask(.get, "/statements/\(id)/file")
            #expect(early.code == "statement_not_ready" && early.headers[.retryAfter] != nil)
            #expect(await worker.work())
            let ready = try await caller.ask(.get, "/statements/\(id)")
            #expect(ready.json["status"]?.string == "ready")
            let file = try await caller.ask(.get, "/statements/\(id)/file")
            #expect(file.json["closingBalance"]?.integer == 500)
            #expect(file.json["lines"]?.array?.count == 5)
            #expect(ready.json["bytes"]?.integer == Int64(file.text.utf8.count))
            #expect(statements.notices.map(\.data["statementId"]) == [id])
            let others = try await caller.ask(.get, "/statements/\(id)", as: .bob)
            let staff = try await caller.ask(.get, "/statements/\(id)/file", as: .teller)
            #expect([others.status, staff.status] == [404, 200])
        }
    }

    @Test func `books that are wrong make no statement`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            _ = try await caller.post(caller.transfer())
            // The account began with a balance that no entry explains.
            let reply = try await caller.ask(.post, Self.path, today())
            #expect(reply.status == 500)
        }
    }

    @Test(arguments: [
        (#"{"from":"2026-01-02","to":"2026-01-01"}"#, "/to out_of_range"),
        (#"{"from":"2026-01-01"}"#, "/to required"),
        (#"{"from":"yesterday","to":"2026-01-01"}"#, "/from invalid_date"),
        (#"{"from":"1990-01-01","to":"2026-01-01"}"#, "/to out_of_range"),
        (#"{"from":"2999-01-01","to":"2999-01-02"}"#, "/from out_of_range"),
        (#"{"from":"2026-01-01","to":"2026-01-02","format":"pdf"}"#, "/format invalid_value"),
    ])
    func `what makes no sense is refused`(body: String, fault: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.ask(.post, Self.path, body) }
        #expect(reply.status == 400)
        #expect(reply.faults.contains(fault), "\(reply.faults)")
    }

    @Test func `nobody orders more than ten at a time, and none of others' accounts`()
        async throws
    {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            var statuses: [Int] = []
            for _ in 0..<11 {
                statuses.append(try await caller.ask(.post, Self.path, Self.year + "}").status)
            }
            #expect(statuses == Array(repeating: 202, count: 10) + [429])
            let foreign = try await caller.ask(.post, Self.path, as: .bob, Self.year + "}")
            #expect(foreign.status == 404)
        }
    }
}
