import BankAPI
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Giving money back over HTTP` {
    private static func undo(
        _ caller: Caller, _ id: String, _ kind: String = "reversal", as customer: CustomerID,
        _ body: String? = nil, key: String = "undo"
    ) async throws -> Caller.Reply {
        try await caller.ask(
            .post, "/transactions/\(id)/\(kind)", as: customer, body,
            headers: [.idempotencyKey: key])
    }

    @Test func `the receiver refunds, and the first reply stays what it was`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let paid = try await caller.post(caller.transfer(amount: "70"))
            let id = paid.json["id"]?.string ?? ""
            let refund = try await Self.undo(caller, id, as: .bob)
            #expect(refund.status == 201)
            #expect(refund.json["type"] == .string("reversal"))
            #expect(refund.json["relatedTransactionId"] == .string(id))
            #expect(refund.json["balanceAfter"]?.integer == 100_000)
            let location = refund.headers[.location]
            #expect(location == "/api/v1/transactions/\(refund.json["id"]?.string ?? "")")

            let now = try await caller.ask(.get, "/transactions/\(id)")
            #expect(now.json["status"] == .string("reversed"))
            #expect(now.json["relatedTransactionId"] == refund.json["id"])
            let replay = try await caller.post(caller.transfer(amount: "70"))
            #expect(replay.text == paid.text)
            let again = try await Self.undo(caller, id, as: .bob)
            #expect(again.text == refund.text)
            #expect(again.headers[.idempotentReplayed] == "true")
            let second = try await Self.undo(caller, id, as: .bob, key: "other")
            #expect(second.told == "409 already_reversed")
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.posted == 100_000)
    }

    @Test func `the payer may not, a stranger doesn't know of it, staff may`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let paid = try await caller.post(caller.transfer(amount: "70"))
            let id = paid.json["id"]?.string ?? ""
            let payer = try await Self.undo(caller, id, as: .ada)
            #expect(payer.told == "403 forbidden")
            let stranger = try await Self.undo(caller, id, as: .numbered(50))
            #expect(stranger.told == "404 not_found")
            let nobody = try await caller.ask(.post, "/transactions/\(id)/reversal", as: nil)
            #expect(nobody.status == 401)
            let staff = try await Self.undo(caller, id, as: .teller)
            #expect(staff.status == 201)
        }
    }

    @Test func `what the receiver spent can't be taken back, and the refusal replays`() async throws
    {
        let bank = try await RouteBank()
        let ledger = bank.ledger
        try await bank.serve { caller in
            let paid = try await caller.post(caller.transfer(amount: "70"))
            ledger.tamper { $0.accounts[.numbered(3)]?.posted = 69 }
            let id = paid.json["id"]?.string ?? ""
            let refused = try await Self.undo(caller, id, as: .teller)
            #expect(refused.told == "409 insufficient_funds")
            let again = try await Self.undo(caller, id, as: .teller)
            #expect(again.text == refused.text)
            let now = try await caller.ask(.get, "/transactions/\(id)")
            #expect(now.json["status"] == .string("posted"))
            let record = try await caller.ask(
                .get, "/transactions/\(refused.json["transactionId"]?.string ?? "")", as: .teller)
            #expect(record.json["relatedTransactionId"] == .string(id))
            #expect(record.json["status"] == .string("refused"))
        }
    }

    @Test func `what was refused or no purchase is told so`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let refused = try await caller.post(caller.transfer(amount: "100001"), key: "1")
            let id = refused.json["transactionId"]?.string ?? ""
            let reversal = try await Self.undo(caller, id, as: .teller)
            #expect(reversal.told == "409 not_reversible")
            let paid = try await caller.post(caller.transfer(amount: "1"), key: "2")
            let cancelled = try await Self.undo(
                caller, paid.json["id"]?.string ?? "", "cancellation", as: .ada)
            #expect(cancelled.told == "422 not_cancellable")
        }
    }

    @Test func `a key and an empty body are needed`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let paid = try await caller.post(caller.transfer(amount: "70"))
            let id = paid.json["id"]?.string ?? ""
            let keyless = try await caller.ask(.post, "/transactions/\(id)/reversal", as: .bob)
            #expect(keyless.told == "400 idempotency_key_required")
            let more = try await Self.undo(caller, id, as: .bob, #"{"amount":1}"#)
            #expect(more.faults == ["/amount unknown_field"])
            // The key of another request.
            let reused = try await Self.undo(caller, id, as: .bob, key: "k")
            #expect(reused.status == 201)
            let other = try await Self.undo(caller, id, "cancellation", as: .bob, key: "k")
            #expect(other.told == "422 idempotency_key_reused")
        }
    }
}

extension Caller.Reply {
    /// `409 already_reversed`
    var told: String { "\(status) \(code ?? "")" }
}
