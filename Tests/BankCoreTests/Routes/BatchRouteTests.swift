import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Batches and dry runs over HTTP` {
    private func item(_ caller: Caller, _ key: String, amount: String = "100") -> String {
        let order = caller.transfer(amount: amount).dropFirst()
        return #"{"idempotencyKey":"\#(key)",\#(order)"#
    }

    private func batch(
        _ caller: Caller, atomic: Bool, _ items: [String]
    ) async throws -> Caller.Reply {
        let list = items.joined(separator: ",")
        return try await caller.ask(
            .post, "/transactions/batch", #"{"atomic":\#(atomic),"transactions":[\#(list)]}"#)
    }

    private func outcomes(_ reply: Caller.Reply) -> [String] {
        (reply.json["outcomes"]?.array ?? []).map { $0["outcome"]?.string ?? "" }
    }

    @Test func `each order of a batch ends for itself, and the same batch again replays`()
        async throws
    {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let items = [
                item(caller, "a"), item(caller, "b", amount: "1000000"),
                item(caller, "c", amount: "1.5"), item(caller, "d"),
                item(caller, "a", amount: "7"),
            ]
            let first = try await batch(caller, atomic: false, items)
            #expect(first.status == 200)
            #expect(outcomes(first) == ["posted", "refused", "invalid", "posted", "invalid"])
            let list = first.json["outcomes"]?.array ?? []
            try #require(list.count == 5)
            #expect(list[1]["problem"]?["code"]?.string == "insufficient_funds")
            #expect(list[1]["transaction"]?["status"]?.string == "refused")
            let fault = list[2]["problem"]?["errors"]?.array?.first
            #expect(fault?["pointer"]?.string == "/transactions/2/amount")
            #expect(list[4]["problem"]?["code"]?.string == "idempotency_key_reused")
            #expect(first.json["posted"]?.integer == 2)
            let second = try await batch(caller, atomic: false, items)
            #expect(outcomes(second) == outcomes(first))
            #expect(second.json["outcomes"]?.array?.first?["replayed"]?.bool == true)
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 99_800)
    }

    @Test func `an atomic batch that fails moves nothing and keeps its keys free`() async throws {
        let bank = try await RouteBank()
        let ledger = bank.ledger
        try await bank.serve { caller in
            let bad = try await batch(
                caller, atomic: true, [item(caller, "a"), item(caller, "b", amount: "100000")])
            #expect(bad.status == 422)
            #expect(bad.code == "batch_refused")
            #expect(outcomes(bad) == ["not_posted", "refused"])
            #expect(ledger.snapshot.transactions.isEmpty)
            let faulty = try await batch(
                caller, atomic: true, [item(caller, "a"), item(caller, "b", amount: "0")])
            #expect(outcomes(faulty) == ["not_posted", "invalid"])
            let good = try await batch(
                caller, atomic: true, [item(caller, "a"), item(caller, "b", amount: "99900")])
            #expect(good.status == 200)
            #expect(outcomes(good) == ["posted", "posted"])
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 0)
    }

    @Test(arguments: [0, 1_001])
    func `a batch has 1 to 1,000 orders`(count: Int) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            try await batch(
                caller, atomic: false, (0..<count).map { item(caller, "k\($0)", amount: "1") })
        }
        #expect(reply.status == 400)
        #expect(reply.faults.first?.hasPrefix("/transactions ") == true)
    }

    @Test func `a thousand orders of one account are posted in their order`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            try await batch(
                caller, atomic: false, (0..<1_000).map { item(caller, "k\($0)", amount: "1") })
        }
        #expect(reply.json["posted"]?.integer == 1_000)
        let seqs = (reply.json["outcomes"]?.array ?? []).map { $0["transaction"]?["seq"]?.integer }
        #expect(seqs == (1...1_000).map(Int64.init))
    }

    @Test func `a dry run decides by the same rules and writes nothing`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            func dryRun(_ amount: String) async throws -> Caller.Reply {
                try await caller.ask(
                    .post, "/transactions?dryRun=true", caller.transfer(amount: amount))
            }
            let fine = try await dryRun("100")
            #expect(fine.status == 200)
            #expect(fine.json["outcome"]?.string == "posted")
            #expect(fine.json["balanceAfter"]?.integer == 99_900)
            #expect(fine.json["id"] == nil, "there is no such transaction")
            let refused = try await dryRun("100001")
            #expect(refused.status == 200)
            #expect(refused.json["outcome"]?.string == "refused")
            #expect(refused.json["problem"]?["code"]?.string == "insufficient_funds")
            #expect(try await dryRun("0").status == 400)
        }
        #expect(bank.ledger.snapshot.transactions.isEmpty)
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 100_000)
    }
}
