import BankAPI
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Holds over HTTP` {
    private static let body = """
        {"from":"\(AccountID.numbered(1))","to":"\(AccountID.numbered(3))","amount":500,\
        "currency":"USD","expiresIn":60}
        """

    private static func ask(
        _ caller: Caller, _ path: String, as customer: CustomerID, _ body: String? = nil,
        key: String = "key", headers: HTTPFields = [:]
    ) async throws -> Caller.Reply {
        var headers = headers
        headers[.idempotencyKey] = key
        return try await caller.ask(.post, path, as: customer, body, headers: headers)
    }

    /// The path of a hold of 500 by Ada for Bob.
    private static func reserved(_ caller: Caller) async throws -> String {
        let made = try await ask(caller, "/holds", as: .ada, body, key: "reserve")
        #expect(made.status == 201)
        return "/holds/\(made.json["id"]?.string ?? "")"
    }

    @Test func `each side sees its own account, staff both`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let path = try await Self.reserved(caller)
            for (who, sides) in [
                (CustomerID.ada, [true, false]), (.bob, [false, true]), (.teller, [true, true]),
            ] {
                let hold = try await caller.ask(.get, path, as: who).json
                let seen = ["from", "to"].map { hold[$0]?["accountId"] != nil }
                #expect(seen == sides, "\(who)")
                #expect(hold["to"]?["number"]?.string != nil)
            }
            let stranger = try await caller.ask(.get, path, as: .numbered(50))
            #expect(stranger.told == "404 not_found")
        }
    }

    @Test(arguments: [nil, "{}", #"{"amount":null}"#, #"{"amount":500}"#])
    func `a capture without an amount takes all of it`(body: String?) async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let path = try await Self.reserved(caller)
            let captured = try await Self.ask(caller, path + "/capture", as: .bob, body)
            #expect(captured.status == 201)
            #expect(captured.json["amount"]?.integer == 500)
            #expect(captured.json["status"] == .string("posted"))
            #expect(captured.json["balanceAfter"]?.integer == 100_500)
        }
    }

    @Test func `wrong bodies are told what is wrong with them`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let path = try await Self.reserved(caller)
            for (action, body, fault) in [
                ("capture", #"{"amount":"5"}"#, "/amount invalid_amount"),
                ("capture", #"{"all":true}"#, "/all unknown_field"),
                ("void", #"{"amount":5}"#, "/amount unknown_field"),
            ] {
                let reply = try await Self.ask(caller, "\(path)/\(action)", as: .bob, body)
                #expect(reply.status == 400)
                #expect(reply.faults == [fault])
            }
            let text = try await Self.ask(
                caller, path + "/capture", as: .bob, "amount=5",
                headers: [.contentType: "application/x-www-form-urlencoded"])
            #expect(text.told == "415 unsupported_media_type")
            let keyless = try await caller.ask(.post, path + "/capture", as: .bob)
            #expect(keyless.told == "400 idempotency_key_required")
            let none = try await Self.ask(caller, "/holds/hld_1/capture", as: .bob)
            #expect(none.told == "404 not_found")
        }
    }

    @Test func `a hold that is told again is told as it began`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let made = try await Self.ask(caller, "/holds", as: .ada, Self.body, key: "reserve")
            let path = "/holds/\(made.json["id"]?.string ?? "")"
            let voided = try await Self.ask(caller, path + "/void", as: .bob)
            #expect(voided.status == 201)
            let again = try await Self.ask(caller, "/holds", as: .ada, Self.body, key: "reserve")
            #expect(again.text == made.text)
            #expect(again.headers[.idempotentReplayed] == "true")
            let now = try await caller.ask(.get, path)
            #expect(now.json["status"] == .string("voided"))
            #expect(now.json["released"]?.integer == 500)
        }
    }

    @Test func `lists are narrowed by status and account, and turn pages`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            var ids: [String] = []
            for number in 0..<3 {
                let made = try await Self.ask(
                    caller, "/holds", as: .ada, Self.body, key: "key-\(number)")
                ids.insert(made.json["id"]?.string ?? "", at: 0)
            }
            _ = try await Self.ask(caller, "/holds/\(ids[1])/void", as: .bob, key: "void")
            func listed(_ query: String, as who: CustomerID = .ada) async throws -> [String] {
                let reply = try await caller.ask(.get, "/holds" + query, as: who)
                return (reply.json["data"]?.array ?? []).compactMap { $0["id"]?.string }
            }
            #expect(try await listed("") == ids)
            #expect(try await listed("", as: .bob) == ids)
            #expect(try await listed("", as: .teller) == ids)
            #expect(try await listed("", as: .numbered(50)) == [])
            #expect(try await listed("?status=pending") == [ids[0], ids[2]])
            #expect(try await listed("?accountId=\(AccountID.numbered(1))") == ids)
            #expect(try await listed("?accountId=\(AccountID.numbered(2))") == [])
            let first = try await caller.ask(.get, "/holds?limit=2")
            #expect(first.json["hasMore"] == .bool(true))
            let cursor = first.json["nextCursor"]?.string ?? ""
            #expect(try await listed("?limit=2&cursor=\(cursor)") == [ids[2]])
            let foreign = try await caller.ask(.get, "/holds?accountId=\(AccountID.numbered(3))")
            #expect(foreign.told == "404 not_found")
        }
    }
}
