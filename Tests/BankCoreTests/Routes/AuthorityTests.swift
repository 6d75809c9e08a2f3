import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct `Who may do what` {
    static let account = "/accounts/\(AccountID.numbered(1))"

    /// Every route with a request that its owner, or staff, may make of account 1.
    static let requests: [(HTTPRequest.Method, String, String?)] = [
        (.get, "/accounts", nil), (.post, "/accounts", "{}"), (.get, account, nil),
        (.get, "/accounts/lookup?number=\(AccountNumber(body: 1))", nil),
        (.get, account + "/balance", nil), (.get, account + "/transactions", nil),
        (.patch, account, #"{"description":"Rent"}"#), (.delete, account, nil),
        (.put, account + "/status", #"{"status":"frozen","reason":"Lost card"}"#),
        (.put, account + "/limits", #"{"overdraftLimit":5}"#), (.get, "/transactions", nil),
        (.get, "/transactions/\(TransactionID.numbered(1))", nil),
    ]

    @Test(arguments: requests)
    func `without a token nothing is told`(
        method: HTTPRequest.Method, path: String, body: String?
    ) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.ask(method, path, as: nil, body) }
        #expect(reply.status == 401)
        #expect(reply.code == "unauthenticated")
        #expect(reply.headers[.wwwAuthenticate] != nil)
    }

    @Test(arguments: requests.filter { $0.1.hasPrefix(account) })
    func `another's account does not exist`(
        method: HTTPRequest.Method, path: String, body: String?
    ) async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let foreign = try await caller.ask(method, path, as: .bob, body)
            let missing = path.replacing(
                "\(AccountID.numbered(1))", with: "\(AccountID.numbered(77))")
            let unknown = try await caller.ask(method, missing, as: .bob, body)
            let isForStaff = method == .put
            #expect(foreign.status == (isForStaff ? 403 : 404))
            #expect(unknown.status == foreign.status)
            #expect(unknown.code == foreign.code, "both look the same")
        }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.description == nil)
    }

    @Test func `nobody moves what is not theirs`() async throws {
        let bank = try await RouteBank(isSandbox: true)
        let before = bank.ledger.snapshot.accounts
        try await bank.serve { caller in
            let bodies = [
                caller.transfer(from: 1, to: 3),
                #"{"type":"withdrawal","from":"\#(AccountID.numbered(1))","amount":1,"currency":"USD"}"#,
                #"{"type":"deposit","to":"\#(AccountID.numbered(1))","amount":1,"currency":"USD"}"#,
                caller.transfer(from: 77, to: 3),
            ]
            for (index, body) in bodies.enumerated() {
                let reply = try await caller.post(body, as: .bob, key: "k\(index)")
                #expect(reply.status == 404)
                #expect(reply.code == "not_found")
            }
        }
        #expect(bank.ledger.snapshot.accounts == before)
        #expect(bank.ledger.snapshot.transactions.isEmpty, "authority is not recorded")
    }

    @Test func `staff give no transfers from others' accounts`() async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.post($0.transfer(), as: .teller) }
        #expect(reply.status == 404)
    }

    @Test(arguments: [false, true])
    func `owners deposit and withdraw in a sandbox only, staff always`(
        isSandbox: Bool
    )
        async throws
    {
        let bank = try await RouteBank(isSandbox: isSandbox)
        try await bank.serve { caller in
            for (type, side) in [("deposit", "to"), ("withdrawal", "from")] {
                let body = """
                    {"type":"\(type)","\(side)":"\(AccountID.numbered(1))","amount":7,\
                    "currency":"USD"}
                    """
                let owner = try await caller.post(body, as: .ada, key: type)
                #expect(owner.status == (isSandbox ? 201 : 403))
                let staff = try await caller.post(body, as: .teller, key: type)
                #expect(staff.status == 201)
            }
        }
        #expect(bank.ledger.snapshot.accounts[.cash(.usd)]?.posted == 0)
    }

    @Test func `a party sees a posted entry, only its initiator a refused one`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let posted = try await caller.post(caller.transfer(), key: "1")
            let refused = try await caller.post(caller.transfer(amount: "900000"), key: "2")
            let ids = [
                posted.json["id"]?.string ?? "", refused.json["transactionId"]?.string ?? "",
            ]
            let expected: [(CustomerID, [Int])] = [
                (.ada, [200, 200]), (.bob, [200, 404]), (.teller, [200, 200]),
                (.numbered(3), [404, 404]),
            ]
            for (customer, statuses) in expected {
                let seen = try await [
                    caller.ask(.get, "/transactions/\(ids[0])", as: customer).status,
                    caller.ask(.get, "/transactions/\(ids[1])", as: customer).status,
                ]
                #expect(seen == statuses)
                let list = try await caller.ask(.get, "/transactions", as: customer)
                #expect(list.json["data"]?.array?.count == statuses.filter { $0 == 200 }.count)
            }
        }
    }

    @Test func `a party sees its own side, staff both, and never the same balance twice`()
        async throws
    {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let posted = try await caller.post(caller.transfer())
            let path = "/transactions/\(posted.json["id"]?.string ?? "")"
            let bob = try await caller.ask(.get, path, as: .bob).json
            #expect(bob["balanceAfter"]?.integer == 100_100)
            #expect(bob["from"]?["balanceAfter"] == nil && bob["from"]?["accountId"] == nil)
            let staff = try await caller.ask(.get, path, as: .teller).json
            #expect(staff["balanceAfter"] == nil)
            #expect(staff["from"]?["balanceAfter"]?.integer == 99_900)
            #expect(staff["to"]?["balanceAfter"]?.integer == 100_100)
        }
    }

    @Test func `a foreign customer or account in a filter is 404`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let paths = [
                "/accounts?customerId=\(CustomerID.bob)",
                "/transactions?accountId=\(AccountID.numbered(3))",
            ]
            for path in paths {
                let customer = try await caller.ask(.get, path, as: .ada)
                let staff = try await caller.ask(.get, path, as: .teller)
                #expect([customer.status, staff.status] == [404, 200])
            }
        }
    }
}
