import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Accounts over HTTP` {
    static let account = "/accounts/\(AccountID.numbered(1))"

    @Test func `a customer opens accounts up to the limit`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let third = try await caller.ask(
                .post, "/accounts", #"{"type":"saving","currency":"JPY","description":"Trip"}"#)
            #expect(third.status == 201)
            #expect(third.json["exponent"]?.integer == 0)
            #expect(third.json["description"] == .string("Trip"))
            #expect(third.json["balance"]?["available"]?.integer == 0)
            #expect(third.json["customerId"]?.string == "\(CustomerID.ada)")
            #expect(AccountNumber(third.json["number"]?.string ?? "") != nil)
            #expect(try await caller.ask(.post, "/accounts", "{}").status == 201)
            let fifth = try await caller.ask(.post, "/accounts", "{}")
            #expect(fifth.status == 409)
            #expect(fifth.code == "account_limit_reached")
            let staff = try await caller.ask(
                .post, "/accounts", as: .teller, #"{"customerId":"\#(CustomerID.ada)"}"#)
            #expect(staff.status == 201, "staff are not bound by the limit")
            #expect(staff.json["customerId"]?.string == "\(CustomerID.ada)")
        }
    }

    @Test func `types beyond the everyday ones are opened by staff`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let loan = try await caller.ask(.post, "/accounts", #"{"type":"loan"}"#)
            #expect(loan.status == 403)
            let merchant = try await caller.ask(.post, "/accounts", #"{"type":"merchant"}"#)
            #expect(merchant.status == 403, "outside of a sandbox")
            let cash = try await caller.ask(.post, "/accounts", as: .teller, #"{"type":"cash"}"#)
            #expect(cash.faults == ["/type invalid_value"])
            let body = #"{"type":"loan","customerId":"\#(CustomerID.bob)"}"#
            #expect(try await caller.ask(.post, "/accounts", as: .teller, body).status == 201)
            #expect(try await caller.ask(.post, "/accounts", as: .ada, body).status == 404)
            let nobody = #"{"customerId":"\#(CustomerID.numbered(77))"}"#
            #expect(try await caller.ask(.post, "/accounts", as: .teller, nobody).status == 404)
        }
    }

    @Test func `a description can be changed and taken away`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let changed = try await caller.ask(.patch, Self.account, #"{"description":"Rent"}"#)
            #expect(changed.json["description"] == .string("Rent"))
            let read = try await caller.ask(.get, Self.account)
            #expect(read.text == changed.text)
            let gone = try await caller.ask(.patch, Self.account, #"{"description":null}"#)
            #expect(gone.json["description"] == .null)
        }
    }

    @Test func `only an empty account can be closed, and then nothing moves`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let full = try await caller.ask(.delete, Self.account)
            #expect(full.code == "balance_not_zero")
            _ = try await caller.post(caller.transfer(amount: "100000"), key: "1")
            #expect(try await caller.ask(.delete, Self.account).status == 204)
            let out = try await caller.post(caller.transfer(from: 1, to: 2), key: "2")
            let back = try await caller.post(caller.transfer(from: 2, to: 1), key: "3")
            #expect([out.code, back.code] == ["account_not_active", "account_not_active"])
            #expect(try await caller.ask(.get, Self.account).json["status"] == .string("closed"))
            let described = try await caller.ask(.patch, Self.account, #"{"description":"x"}"#)
            #expect(described.code == "account_not_active")
            let number = AccountNumber(body: 1)
            let lookup = try await caller.ask(.get, "/accounts/lookup?number=\(number)", as: .bob)
            #expect(lookup.status == 404)
        }
    }

    @Test func `staff freeze an account and set its overdraft`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let limits = try await caller.ask(
                .put, Self.account + "/limits", as: .teller, #"{"overdraftLimit":500}"#)
            #expect(limits.json["balance"]?["available"]?.integer == 100_500)
            let debt = try await caller.post(caller.transfer(amount: "100500"), key: "1")
            #expect(debt.json["balanceAfter"]?.integer == -500)
            let frozen = try await caller.ask(
                .put, Self.account + "/status", as: .teller,
                #"{"status":"frozen","reason":"Lost card"}"#)
            #expect(frozen.json["status"] == .string("frozen"))
            let back = try await caller.post(caller.transfer(from: 2, to: 1), key: "2")
            #expect(back.code == "account_not_active")
            let wrong = try await caller.ask(
                .put, Self.account + "/status", as: .teller, #"{"status":"closed"}"#)
            #expect(Set(wrong.faults) == ["/status invalid_value", "/reason required"])
            let negative = try await caller.ask(
                .put, Self.account + "/limits", as: .teller, #"{"overdraftLimit":-1}"#)
            #expect(negative.faults == ["/overdraftLimit out_of_range"])
        }
        #expect(bank.ledger.snapshot.notices.map(\.kind) == [.accountLimits, .accountStatus])
    }

    @Test func `staff limit what may be debited a day, and what is left out stays`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            func limit(_ body: String) async throws -> Caller.Reply {
                try await caller.ask(.put, Self.account + "/limits", as: .teller, body)
            }
            _ = try await limit(#"{"overdraftLimit":500}"#)
            let limited = try await limit(#"{"dailyDebitLimit":150}"#)
            #expect(limited.json["overdraftLimit"]?.integer == 500)
            #expect(limited.json["dailyDebitLimit"]?.integer == 150)
            #expect(try await caller.post(caller.transfer(amount: "150"), key: "1").status == 201)
            let more = try await caller.post(caller.transfer(amount: "1"), key: "2")
            #expect(more.code == "daily_limit_exceeded")
            let credit = try await caller.post(
                caller.transfer(from: 3, to: 1), as: .bob, key: "3")
            #expect(credit.status == 201)
            #expect(try await limit("{}").faults == [" required"])
        }
    }

    @Test func `a balance tells its seq, and how it stood before`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let first = try await caller.post(caller.transfer(), key: "1")
            try await Task.sleep(for: .milliseconds(5))
            _ = try await caller.post(caller.transfer(), key: "2")
            let now = try await caller.ask(.get, Self.account + "/balance").json
            #expect(now["posted"]?.integer == 99_800)
            #expect(now["seq"]?.integer == 2)
            #expect(now["currency"] == .string("USD"))
            let time = first.json["committedAt"]?.string ?? ""
            let then = try await caller.ask(.get, Self.account + "/balance?at=\(time)").json
            #expect(then["posted"]?.integer == 99_900)
            #expect(then["seq"]?.integer == 1)
            let before = try await caller.ask(
                .get, Self.account + "/balance?at=2020-01-01T00:00:00Z")
            #expect(before.json["seq"]?.integer == 0)
            let future = try await caller.ask(
                .get, Self.account + "/balance?at=2999-01-01T00:00:00Z")
            #expect(future.faults == ["?at out_of_range"])
        }
    }

    @Test func `lookup tells the holder's name and nothing else`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let number = AccountNumber(body: 3)
            let found = try await caller.ask(.get, "/accounts/lookup?number=\(number)")
            #expect(
                found.text
                    == #"{"number":"\#(number)","holderName":"Holder 3","currency":"USD"}"#)
            let cash = AccountNumber(body: 999_999_999)
            #expect(try await caller.ask(.get, "/accounts/lookup?number=\(cash)").status == 404)
            #expect(
                try await caller.ask(.get, "/accounts/lookup").faults == ["?number required"])
            #expect(
                try await caller.ask(.get, "/accounts/lookup?number=1234567890").faults
                    == ["?number invalid_account"])
        }
    }
}

@Suite struct `Lists over HTTP` {
    private func ids(_ reply: Caller.Reply) -> [String] {
        (reply.json["data"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    @Test func `history is newest first, in pages that new entries do not shift`() async throws {
        let bank = try await RouteBank()
        let path = "/accounts/\(AccountID.numbered(1))/transactions?limit=3"
        try await bank.serve { caller in
            for number in 0..<7 { _ = try await caller.post(caller.transfer(), key: "\(number)") }
            var seen: [String] = []
            var seqs: [Int64] = []
            var next: String? = path
            while let path = next {
                let page = try await caller.ask(.get, path)
                seen += ids(page)
                seqs += (page.json["data"]?.array ?? []).compactMap { $0["seq"]?.integer }
                let cursor = page.json["nextCursor"]?.string
                #expect(page.json["hasMore"]?.bool == (cursor != nil))
                next = cursor.map { "\(path.split(separator: "&")[0])&cursor=\($0)" }
                _ = try await caller.post(caller.transfer(), key: "new-\(seen.count)")
            }
            #expect(seqs == [7, 6, 5, 4, 3, 2, 1])
            #expect(Set(seen).count == 7)
        }
    }

    @Test func `a cursor belongs to its list and its filters`() async throws {
        let bank = try await RouteBank()
        let path = "/accounts/\(AccountID.numbered(1))/transactions?limit=1"
        try await bank.serve { caller in
            for number in 0..<3 { _ = try await caller.post(caller.transfer(), key: "\(number)") }
            let cursor = try await caller.ask(.get, path).json["nextCursor"]?.string ?? ""
            #expect(try await caller.ask(.get, path + "&cursor=\(cursor)").status == 200)
            let others = [
                path + "&direction=debit&cursor=\(cursor)", "/transactions?cursor=\(cursor)",
                path + "&cursor=A\(cursor)", path + "&cursor=\(cursor.dropLast())",
            ]
            for other in others {
                let reply = try await caller.ask(.get, other)
                #expect(reply.faults == ["?cursor invalid_cursor"])
            }
        }
    }

    @Test func `history is filtered by every field`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            _ = try await caller.post(
                caller.transfer(
                    amount: "10",
                    more: #","externalReference":"INV-1","description":"Die Miete (Mai)""#),
                key: "1")
            _ = try await caller.post(caller.transfer(amount: "900000"), key: "2")
            let back = try await caller.post(
                caller.transfer(from: 3, to: 1, amount: "30"), as: .bob, key: "3")
            let reference = back.json["reference"]?.string ?? ""
            let history = "/accounts/\(AccountID.numbered(1))/transactions?"
            let expected = [
                ("", 3), ("direction=debit", 2), ("direction=credit", 1), ("status=refused", 1),
                ("status=posted", 2), ("minAmount=11&maxAmount=100", 1), ("type=transfer", 3),
                ("type=deposit", 0), ("reference=\(reference)", 1), ("to=2020-01-01", 0),
                ("from=2020-01-01T00:00:00Z", 3), ("q=inv-1", 1), ("q=miete%20(mai", 1),
                ("q=m.*e", 0), ("q=\(reference)", 1), ("q=rent", 0),
            ]
            for (query, count) in expected {
                let reply = try await caller.ask(.get, history + query)
                #expect(ids(reply).count == count, "\(query)")
            }
            let all = try await caller.ask(.get, "/transactions?externalReference=INV-1")
            #expect(ids(all).count == 1)
            let requestID = back.headers[.requestID] ?? ""
            let traced = try await caller.ask(.get, "/transactions?requestId=\(requestID)")
            #expect(ids(traced).count == 1)
            let seen = try await caller.ask(.get, "/transactions?direction=debit")
            #expect(seen.faults == ["?direction invalid_value"])
        }
    }

    @Test func `accounts are listed for their owner, all for staff`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            #expect(ids(try await caller.ask(.get, "/accounts")).count == 2)
            #expect(ids(try await caller.ask(.get, "/accounts", as: .teller)).count == 4)
            let euro = try await caller.ask(.get, "/accounts?currency=EUR", as: .teller)
            #expect(ids(euro) == ["\(AccountID.numbered(4))"])
            let number = AccountNumber(body: 3)
            let one = try await caller.ask(.get, "/accounts?number=\(number)", as: .teller)
            #expect(ids(one) == ["\(AccountID.numbered(3))"])
            let none = try await caller.ask(.get, "/accounts?status=closed")
            #expect(none.text == #"{"data":[],"hasMore":false,"nextCursor":null}"#)
        }
    }
}
