import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Posting over HTTP` {
    @Test func `a transfer answers with the entry as the payer may see it`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer()) }
        #expect(reply.status == 201)
        #expect(reply.json["status"] == .string("posted"))
        #expect(reply.json["balanceAfter"]?.integer == 99_900)
        #expect(reply.json["seq"]?.integer == 1)
        #expect(reply.json["from"]?["accountId"]?.string == "\(AccountID.numbered(1))")
        #expect(reply.json["to"]?["holderName"] == .string("Holder 3"))
        #expect(reply.json["to"]?["accountId"] == nil, "nothing leaks of the other side")
        #expect(reply.json["to"]?["balanceAfter"] == nil)
        #expect(reply.headers[.location]?.hasPrefix("/api/v1/transactions/txn_") == true)
    }

    @Test func `accounts can be named by number`() async throws {
        let bank = try await RouteBank()
        let body = """
            {"type":"transfer","from":"\(AccountNumber(body: 1))","to":"\(AccountNumber(body: 3))",\
            "amount":5,"currency":"USD"}
            """
        let reply = try await bank.serve { try await $0.post(body) }
        #expect(reply.status == 201)
        #expect(bank.ledger.snapshot.accounts[.numbered(3)]?.posted == 100_005)
    }

    @Test func `the same key and content replays byte for byte`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let first = try await caller.post(caller.transfer(more: #","metadata":{"a":1,"b":2}"#))
            let second = try await caller.post(
                caller.transfer(more: #", "metadata": {"b":2, "a":1}, "description": null"#))
            #expect(second.status == 201)
            #expect(second.text == first.text)
            #expect(first.headers[.idempotentReplayed] == nil)
            #expect(second.headers[.idempotentReplayed] == "true")
            #expect(second.headers[.requestID] != first.headers[.requestID])
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 99_900)
    }

    @Test func `a refusal replays byte for byte, with the first request's ID`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let first = try await caller.post(caller.transfer(amount: "100001"))
            #expect(first.status == 409)
            #expect(first.code == "insufficient_funds")
            #expect(first.json["transactionId"]?.string?.hasPrefix("txn_") == true)
            let second = try await caller.post(caller.transfer(amount: "100001"))
            #expect(second.status == 409)
            #expect(second.text == first.text)
            #expect(second.headers[.idempotentReplayed] == "true")
            #expect(second.json["requestId"]?.string == first.headers[.requestID])
        }
    }

    @Test(arguments: [#","description":"other""#, #","channel":"web""#, #","metadata":{}"#])
    func `the same key with other content is refused`(more: String) async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            _ = try await caller.post(caller.transfer())
            let second = try await caller.post(caller.transfer(more: more))
            #expect(second.status == 422)
            #expect(second.code == "idempotency_key_reused")
        }
    }

    @Test func `two customers may choose the same key`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let ada = try await caller.post(caller.transfer(from: 1, to: 3))
            let bob = try await caller.post(caller.transfer(from: 3, to: 1), as: .bob)
            #expect([ada.status, bob.status] == [201, 201])
        }
    }

    @Test func `a hundred requests with one key at once move money once`() async throws {
        let bank = try await RouteBank()
        let replies = try await bank.serve { caller in
            try await withThrowingTaskGroup(of: Caller.Reply.self) { group in
                for _ in 0..<100 { group.addTask { try await caller.post(caller.transfer()) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(replies.allSatisfy { $0.status == 201 })
        #expect(Set(replies.map(\.text)).count == 1)
        #expect(replies.filter { $0.headers[.idempotentReplayed] == nil }.count == 1)
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 99_900)
    }

    @Test func `what was invalid leaves its key free`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let invalid = try await caller.post(caller.transfer(amount: "0"))
            let foreign = try await caller.post(caller.transfer(from: 9))
            let right = try await caller.post(caller.transfer())
            #expect([invalid.status, foreign.status, right.status] == [400, 404, 201])
        }
    }

    /// What is refused, and how: by the contract's table of codes.
    struct RefusalCase: Sendable, CustomTestStringConvertible {
        let code: String
        let status: Int
        let body: @Sendable (Caller) -> String
        var testDescription: String { code }
    }

    static let refusals = [
        RefusalCase(code: "insufficient_funds", status: 409) { $0.transfer(amount: "100001") },
        RefusalCase(code: "same_account", status: 422) { $0.transfer(to: 1) },
        RefusalCase(code: "currency_mismatch", status: 422) { $0.transfer(to: 4) },
        RefusalCase(code: "account_not_found", status: 422) { $0.transfer(to: 77) },
    ]

    @Test(arguments: refusals)
    func `a refusal is recorded, and moves nothing`(refusal: RefusalCase) async throws {
        let bank = try await RouteBank()
        let before = bank.ledger.snapshot.accounts
        let reply = try await bank.serve { try await $0.post(refusal.body($0)) }
        #expect(reply.status == refusal.status)
        #expect(reply.code == refusal.code)
        #expect(reply.headers[.contentType] == "application/problem+json")
        #expect(bank.ledger.snapshot.transactions.count == 1)
        #expect(bank.ledger.snapshot.accounts == before)
    }

    @Test func `the whole balance can be spent`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(amount: "100000")) }
        #expect(reply.status == 201)
        #expect(reply.json["balanceAfter"]?.integer == 0)
    }

    @Test func `a credit above the ceiling is refused`() async throws {
        let bank = try await RouteBank()
        bank.ledger.tamper { $0.accounts[.numbered(3)]?.posted = Money.minorUnitsMax }
        let reply = try await bank.serve { try await $0.post($0.transfer(amount: "1")) }
        #expect(reply.status == 409)
        #expect(reply.code == "balance_limit_exceeded")
    }
}

// MARK: Faults

extension `Posting over HTTP` {
    @Test func `an unreachable store is 503, and nothing was done`() async throws {
        let bank = try await RouteBank { _, _ in .unavailable }
        let reply = try await bank.serve { try await $0.post($0.transfer()) }
        #expect(reply.status == 503)
        #expect(reply.code == "unavailable")
        #expect(reply.headers[.retryAfter] != nil)
        #expect(reply.json["retryable"] == .bool(true))
    }

    @Test func `an unknown outcome says so, and a retry with the key resolves it`() async throws {
        let bank = try await RouteBank { call, _ in
            call == 1 ? .outcomeUnknown(happens: true) : nil
        }
        try await bank.serve { caller in
            let first = try await caller.post(caller.transfer())
            #expect(first.status == 503)
            #expect(first.code == "outcome_unknown")
            let second = try await caller.post(caller.transfer())
            #expect(second.status == 201)
            #expect(second.headers[.idempotentReplayed] == "true")
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 99_900)
    }
}
