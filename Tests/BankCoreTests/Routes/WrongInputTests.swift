import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Wrong input` {
    static let wrongAmounts = [
        "0", "-1", "-0", "9007199254740992", "9223372036854775807", "9223372036854775808",
        "99999999999999999999999999", "1e400", "1e-400", "1e2", "1E2", "1.0", "1.5", "0.1",
        #""10""#, "true", "[]", "[1]", "{}", #"{"$gt":0}"#, #""""#,
    ]

    @Test(arguments: wrongAmounts)
    func `an amount that is no positive integer is 400`(amount: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(amount: amount)) }
        #expect(reply.status == 400)
        #expect(reply.code == "validation_failed")
        #expect(reply.faults == ["/amount invalid_amount"])
        #expect(bank.ledger.snapshot.transactions.isEmpty)
        #expect(bank.store.batches.isEmpty, "the engine was not even asked")
    }

    @Test func `an amount of null is a missing one`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(amount: "null")) }
        #expect(reply.faults == ["/amount required"])
    }

    @Test(arguments: ["NaN", "Infinity", "١٠", "+1", "01", "1.", ".5", "0x10", "1_000", "'1'", ""])
    func `an amount that is no JSON is 400`(amount: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(amount: amount)) }
        #expect(reply.status == 400)
        #expect(reply.code == "validation_failed")
        #expect(reply.faults.count == 1)
        #expect(reply.faults.first?.hasSuffix(" invalid_json") == true)
    }

    @Test func `the largest amount is one that a balance may refuse`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve {
            try await $0.post($0.transfer(amount: "9007199254740991"))
        }
        #expect(reply.code == "insufficient_funds")
    }

    @Test func `all faults are told at once, each with its pointer`() async throws {
        let bank = try await RouteBank()
        let body = """
            {"type":"gift","from":7,"to":"acc_x","amount":1.5,"currency":"usd","channel":"fax",\
            "externalReference":"","metadata":[],"balance":5}
            """
        let reply = try await bank.serve { caller in
            try await caller.ask(
                .post, "/transactions", body, headers: [.idempotencyKey: "two words"])
        }
        #expect(reply.status == 400)
        #expect(
            Set(reply.faults) == [
                "Idempotency-Key invalid_text", "/type invalid_value", "/from wrong_type",
                "/to invalid_account", "/amount invalid_amount", "/currency invalid_currency",
                "/channel invalid_value", "/externalReference too_short",
                "/metadata wrong_type", "/balance unknown_field",
            ])
    }

    struct BodyCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let fault: String
        init(_ name: String, _ body: String, _ fault: String) {
            testDescription = name
            self.body = body
            self.fault = fault
        }
    }

    static let bodies = [
        BodyCase("empty", "", " invalid_json"),
        BodyCase("an array", "[]", " wrong_type"),
        BodyCase("a string", "\"x\"", " wrong_type"),
        BodyCase("null", "null", " wrong_type"),
        BodyCase("trailing data", "{} {}", " invalid_json"),
        BodyCase("a byte order mark", "\u{FEFF}{}", " invalid_json"),
        BodyCase("a duplicate key", #"{"type":"a","type":"b"}"#, "/type duplicate_key"),
        BodyCase("NUL in a text", #"{"description":"a\u0000b"}"#, "/description invalid_text"),
        BodyCase("half a surrogate", #"{"description":"\ud800"}"#, "/description invalid_text"),
        BodyCase(
            "deep nesting", String(repeating: "[", count: 20_000), " too_deep"),
    ]

    @Test(arguments: bodies)
    func `a body that is no acceptable JSON is 400`(wrong: BodyCase) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post(wrong.body) }
        #expect(reply.status == 400)
        #expect(reply.code == "validation_failed")
        #expect(
            reply.faults.contains { $0.hasSuffix(wrong.fault) }, "\(reply.faults)")
    }

    @Test(arguments: ["_id", "customerId", "role", "$where", "status", "seq", "initiator"])
    func `an unknown field is 400`(name: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            try await caller.post(caller.transfer(more: ",\"\(name)\":{\"$ne\":null}"))
        }
        #expect(reply.faults == ["/\(name) unknown_field"])
    }

    @Test(arguments: ["from", "to"])
    func `an operator in the place of an account is 400`(side: String) async throws {
        let bank = try await RouteBank()
        let other = side == "from" ? "to" : "from"
        let body = """
            {"type":"transfer","\(side)":{"$ne":null},"\(other)":"\(AccountID.numbered(3))",\
            "amount":1,"currency":"USD"}
            """
        let reply = try await bank.serve { try await $0.post(body) }
        #expect(reply.faults == ["/\(side) wrong_type"])
    }

    @Test func `metadata keeps dots and dollars, and has limits`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let odd = #"{"$where":"1","a.b":{"$gt":[1e400,null]}}"#
            let kept = try await caller.post(caller.transfer(more: ",\"metadata\":\(odd)"))
            #expect(kept.status == 201)
            #expect(kept.text.contains("\"metadata\":\(odd)"))
            let keys = (0..<51).map { "\"k\($0)\":1" }.joined(separator: ",")
            let wrong = [
                (#"{"a":{"a":{"a":{"a":{"a":{}}}}}}"#, "too_deep"), ("{\(keys)}", "too_many"),
                ("{\"a\":\"\(String(repeating: "x", count: 4_096))\"}", "too_long"),
            ]
            for (metadata, code) in wrong {
                let body = caller.transfer(more: ",\"metadata\":\(metadata)")
                #expect(try await caller.post(body).faults == ["/metadata \(code)"])
            }
        }
    }

    @Test func `texts are bounded in bytes`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            for (field, bytesMax) in [("description", 500), ("externalReference", 100)] {
                let fits = String(repeating: "é", count: bytesMax / 2)
                let reply = try await caller.post(
                    caller.transfer(more: ",\"\(field)\":\"\(fits)\""), key: field)
                #expect(reply.status == 201)
                let long = try await caller.post(
                    caller.transfer(more: ",\"\(field)\":\"\(fits)é\""))
                #expect(long.faults == ["/\(field) too_long"])
            }
        }
    }
}

// MARK: Headers, methods, queries

extension `Wrong input` {
    @Test func `moving money needs a key`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.ask(.post, "/transactions", $0.transfer()) }
        #expect(reply.status == 400)
        #expect(reply.code == "idempotency_key_required")
    }

    @Test(arguments: [
        ("", "invalid_text"), ("two words", "invalid_text"), ("größe", "invalid_text"),
        (String(repeating: "k", count: 256), "too_long"),
    ])
    func `a key that breaks the rules is 400`(key: String, code: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(), key: key) }
        #expect(reply.status == 400)
        #expect(reply.faults == ["Idempotency-Key \(code)"])
    }

    @Test(arguments: ["k", String(repeating: "~", count: 255), "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"])
    func `a key of visible ASCII is taken`(key: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(), key: key) }
        #expect(reply.status == 201)
    }

    @Test func `two keys are one too many`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            var headers = HTTPFields()
            headers.append(HTTPField(name: .idempotencyKey, value: "a"))
            headers.append(HTTPField(name: .idempotencyKey, value: "b"))
            return try await caller.ask(
                .post, "/transactions", caller.transfer(), headers: headers)
        }
        #expect(reply.faults == ["Idempotency-Key duplicate_parameter"])
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
    func `another content type is 415`(type: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            try await caller.ask(
                .post, "/transactions", caller.transfer(),
                headers: [.idempotencyKey: "k", .contentType: type])
        }
        #expect(reply.status == 415)
        #expect(reply.code == "unsupported_media_type")
    }

    @Test func `a body above 64 KiB is 413`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { caller in
            let space = String(repeating: " ", count: 64 * 1_024)
            return try await caller.post(caller.transfer() + space)
        }
        #expect(reply.status == 413)
        #expect(reply.code == "body_too_large")
    }

    @Test(arguments: [
        ("/transactions", "GET, HEAD, POST"), ("/accounts", "GET, HEAD, POST"),
        ("/accounts/\(AccountID.numbered(1))", "DELETE, GET, HEAD, PATCH"),
        ("/accounts/\(AccountID.numbered(1))/limits", "PUT"),
    ])
    func `a method that a path does not take is 405 with what it takes`(
        path: String, allowed: String
    ) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.ask(.trace, path) }
        #expect(reply.status == 405)
        #expect(reply.code == "method_not_allowed")
        #expect(reply.headers[.allow] == allowed)
    }

    @Test(arguments: [
        ("limit=0", "?limit out_of_range"), ("limit=201", "?limit out_of_range"),
        ("limit=x", "?limit out_of_range"), ("limit=1&limit=2", "?limit duplicate_parameter"),
        ("cursor=x", "?cursor invalid_cursor"), ("status=odd", "?status invalid_value"),
        ("from=yesterday", "?from invalid_date"), ("to=2026-02-30", "?to invalid_date"),
        ("minAmount=1.5", "?minAmount out_of_range"), ("minAmount=0", "?minAmount out_of_range"),
        ("direction=up", "?direction invalid_value"), ("a[$ne]=1", "?a[$ne] unknown_parameter"),
        ("status[$ne]=x", "?status[$ne] unknown_parameter"), ("q=%zz", "?q=%zz invalid_text"),
        ("limti=5", "?limti unknown_parameter"),
    ])
    func `a wrong query is 400`(query: String, fault: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve {
            try await $0.ask(.get, "/accounts/\(AccountID.numbered(1))/transactions?\(query)")
        }
        #expect(reply.status == 400)
        #expect(reply.faults == [fault])
    }

    @Test func `a query where none belongs is 400`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let post = try await caller.ask(
                .post, "/transactions?dry=1", caller.transfer(),
                headers: [.idempotencyKey: "k"])
            let get = try await caller.ask(.get, "/accounts/\(AccountID.numbered(1))?x=1")
            #expect([post.status, get.status] == [400, 400])
        }
    }
}
