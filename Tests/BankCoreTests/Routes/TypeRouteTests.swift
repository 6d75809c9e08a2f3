import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct TypeRouteTests {
    private static let gift = #"{"code":"gift","name":"Gift","maximumAmount":500}"#

    @Test func `everybody reads the types, and the built-in ones have no limits`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let accounts = try await caller.ask(.get, "/account-types")
            #expect(accounts.status == 200)
            #expect(
                accounts.json["data"]?.array?.map { $0["code"]?.string }
                    == ["loan", "merchant", "personal", "saving"])
            let orders = try await caller.ask(.get, "/transaction-types")
            #expect(
                orders.text.hasPrefix(
                    """
                    {"data":[{"code":"deposit","name":"Deposit","description":null,\
                    "minimumAmount":null,"maximumAmount":null,"status":"active","rules":[]},
                    """))
            #expect(orders.text.hasSuffix(#"],"hasMore":false,"nextCursor":null}"#))
            let nobody = try await caller.ask(.get, "/account-types", as: nil)
            #expect(nobody.status == 401)
        }
    }

    @Test func `a list is read page by page in the order of its codes`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            var path = "/transaction-types?limit=2"
            var codes: [String] = []
            for _ in 0..<3 {
                let page = try await caller.ask(.get, path)
                codes += (page.json["data"]?.array ?? []).compactMap { $0["code"]?.string }
                guard let cursor = page.json["nextCursor"]?.string else { break }
                path = "/transaction-types?limit=2&cursor=\(cursor)"
                let other = try await caller.ask(.get, "/account-types?cursor=\(cursor)")
                #expect(other.faults == ["?cursor invalid_cursor"])
            }
            #expect(codes == ["deposit", "hold", "purchase", "transfer", "withdrawal"])
            for query in ["cursor=x", "limit=0", "status=active"] {
                let reply = try await caller.ask(.get, "/transaction-types?\(query)")
                #expect(reply.status == 400, "\(query)")
            }
        }
    }

    @Test func `only administrators make and change types`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let asked: [(HTTPRequest.Method, String, String)] = [
                (.post, "/account-types", #"{"code":"gold","name":"Gold"}"#),
                (.patch, "/account-types/loan", "{}"), (.post, "/transaction-types", Self.gift),
                (.patch, "/transaction-types/transfer", "{}"),
            ]
            for (method, path, body) in asked {
                for who in [CustomerID.ada, .teller] {
                    let reply = try await caller.ask(method, path, as: who, body)
                    #expect(reply.code == "forbidden", "\(method) \(path)")
                }
                let admin = try await caller.ask(method, path, as: .admin, body)
                #expect(admin.status == (method == .post ? 201 : 200), "\(method) \(path)")
            }
        }
    }

    @Test func `an account type is made, changed, and told as it is`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let made = try await caller.ask(
                .post, "/account-types", as: .admin,
                """
                {"code":"gold","name":"Gold","description":"For few","minimumAmount":0,\
                "maximumAmount":9007199254740991,"dailyDebitLimit":5,"overdraftAllowed":false}
                """)
            #expect(made.status == 201)
            #expect(
                made.text == """
                    {"code":"gold","name":"Gold","description":"For few","minimumAmount":0,\
                    "maximumAmount":9007199254740991,"dailyDebitLimit":5,\
                    "overdraftAllowed":false}
                    """)
            let changed = try await caller.ask(
                .patch, "/account-types/gold", as: .admin,
                #"{"name":"Golden","dailyDebitLimit":6,"minimumAmount":null}"#)
            #expect(changed.json["name"]?.string == "Golden")
            #expect(changed.json["dailyDebitLimit"]?.integer == 6)
            #expect(changed.json["minimumAmount"]?.integer == 0)
            #expect(changed.json["overdraftAllowed"]?.bool == false)
            let again = try await caller.ask(
                .post, "/account-types", as: .admin, #"{"code":"gold","name":"G"}"#)
            #expect(again.status == 409)
            #expect(again.code == "code_taken")
            let unknown = try await caller.ask(.patch, "/account-types/silver", as: .admin, "{}")
            #expect(unknown.status == 404)
        }
    }

    @Test(arguments: [
        (#"{}"#, ["/code required", "/name required"]),
        (#"{"code":"Gift","name":""}"#, ["/code invalid_value", "/name too_short"]),
        (#"{"code":"g","name":"G"}"#, ["/code too_short"]),
        (#"{"code":"reversal","name":"R"}"#, ["/code invalid_value"]),
        (#"{"code":"capture","name":"C"}"#, ["/code invalid_value"]),
        (
            #"{"code":"gift","name":"G","minimumAmount":-1,"maximumAmount":0,"status":"off"}"#,
            ["/minimumAmount out_of_range", "/maximumAmount out_of_range", "/status invalid_value"]
        ),
        (
            #"{"code":"gift","name":"G","minimumAmount":6,"maximumAmount":5}"#,
            ["/maximumAmount out_of_range"]
        ),
        (#"{"code":"gift","name":"G","minimumAmount":1.0}"#, ["/minimumAmount wrong_type"]),
        (#"{"code":"gift","name":"G","rules":{}}"#, ["/rules wrong_type"]),
        (
            """
            {"code":"gift","name":"G","rules":[{"accountType":"saving","debitAllowed":1},\
            {"accountType":"saving","x":1},{}]}
            """,
            [
                "/rules/0/debitAllowed wrong_type", "/rules/1/accountType invalid_value",
                "/rules/1/x unknown_field", "/rules/2/accountType required",
            ]
        ),
        (
            #"{"code":"gift","name":"G","rules":[{"accountType":"saving"},{"accountType":"gold"}]}"#,
            ["/rules/1/accountType invalid_value"]
        ),
        (
            #"{"code":"gift","name":"G","rules":[{"accountType":"cash"}]}"#,
            ["/rules/0/accountType invalid_value"]
        ),
    ])
    func `a type that makes no sense is 400`(body: String, faults: [String]) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve {
            try await $0.ask(.post, "/transaction-types", as: .admin, body)
        }
        #expect(reply.status == 400)
        #expect(Set(reply.faults) == Set(faults))
        #expect(bank.ledger.snapshot.catalogue == .builtIn)
    }

    @Test func `there are a hundred rules at most`() async throws {
        let bank = try await RouteBank()
        let rules = Array(repeating: #"{"accountType":"loan"}"#, count: 101).joined(separator: ",")
        let reply = try await bank.serve {
            try await $0.ask(
                .patch, "/transaction-types/transfer", as: .admin, #"{"rules":[\#(rules)]}"#)
        }
        #expect(reply.faults == ["/rules too_many"])
    }

    @Test func `a type of the bank's own is ordered by the owner of the money`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let body = caller.transfer().replacing("\"transfer\"", with: "\"gift\"")
            let early = try await caller.post(body, key: "1")
            #expect(early.faults == ["/type invalid_value"])
            _ = try await caller.ask(.post, "/transaction-types", as: .admin, Self.gift)
            let posted = try await caller.post(body, key: "1")
            #expect(posted.status == 201)
            #expect(posted.json["type"]?.string == "gift")
            let foreign = try await caller.post(body, as: .bob, key: "2")
            #expect(foreign.status == 404)
            let large = try await caller.post(
                caller.transfer(amount: "501").replacing("\"transfer\"", with: "\"gift\""),
                key: "3")
            #expect(large.status == 422)
            #expect(large.code == "amount_above_maximum")
            _ = try await caller.ask(
                .patch, "/transaction-types/gift", as: .admin, #"{"status":"inactive"}"#)
            let inactive = try await caller.post(body, key: "4")
            #expect(inactive.code == "type_not_allowed")
            let dry = try await caller.ask(.post, "/transactions?dryRun=true", body)
            #expect(dry.json["outcome"]?.string == "refused")
        }
    }

    @Test(arguments: ["hold", "capture", "release", "reversal", "cancellation", "nothing"])
    func `what is ordered elsewhere or does not exist is no type here`(
        type: String
    ) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            try await caller.post(caller.transfer().replacing("transfer", with: type))
        }
        #expect(reply.faults == ["/type invalid_value"])
    }

    @Test func `a batch may name own types`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            _ = try await caller.ask(.post, "/transaction-types", as: .admin, Self.gift)
            let item = String(caller.transfer().dropLast()) + #","idempotencyKey":"KEY"}"#
            let items = [("gift", "1"), ("transfer", "2"), ("nothing", "3")].map { type, key in
                item.replacing("\"transfer\"", with: "\"\(type)\"").replacing("KEY", with: key)
            }.joined(separator: ",")
            let reply = try await caller.ask(
                .post, "/transactions/batch", #"{"atomic":false,"transactions":[\#(items)]}"#)
            #expect(reply.json["posted"]?.integer == 2)
            #expect(reply.json["invalid"]?.integer == 1)
        }
    }

    @Test func `staff open accounts of own types, and lists find them`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let early = try await caller.ask(.get, "/accounts?type=gold")
            #expect(early.faults == ["?type invalid_value"])
            _ = try await caller.ask(
                .post, "/account-types", as: .admin,
                #"{"code":"gold","name":"Gold","overdraftAllowed":false}"#)
            let own = try await caller.ask(.post, "/accounts", #"{"type":"gold"}"#)
            #expect(own.status == 403)
            let opened = try await caller.ask(
                .post, "/accounts", as: .teller,
                #"{"type":"gold","customerId":"\#(CustomerID.ada)"}"#)
            #expect(opened.status == 201)
            let list = try await caller.ask(.get, "/accounts?type=gold")
            #expect(list.json["data"]?.array?.count == 1)
            let path = "/accounts/\(opened.json["id"]?.string ?? "")/limits"
            let overdraft = try await caller.ask(
                .put, path, as: .teller, #"{"overdraftLimit":1}"#)
            #expect(overdraft.status == 422)
            #expect(overdraft.code == "type_not_allowed")
            #expect(overdraft.json["detail"]?.string?.contains("overdraft") == true)
            let none = try await caller.ask(.put, path, as: .teller, #"{"overdraftLimit":0}"#)
            #expect(none.status == 200)
        }
    }
}
