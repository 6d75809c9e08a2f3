import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import Testing

@Suite struct SignUpTests {
    @Test func `a new customer has an account with the opening balance`() async throws {
        let service = try await IdentityService()
        let answer = try await service.signUp()
        #expect(answer.status == 201)
        #expect(answer.json["customer"]?["email"] == .string("ada@example.com"))
        #expect(answer.json["customer"]?["role"] == .string("customer"))
        #expect(answer.json["account"]?["balance"]?["posted"]?.integer == 500_000)
        #expect(answer.json["account"]?["seq"]?.integer == 1)
        let entries = Array(service.ledger.snapshot.transactions.values)
        #expect(entries.map(\.type) == [.deposit])
        #expect(entries.first?.postings.map(\.amount).reduce(0, +) == 0)
    }

    @Test func `outside of a sandbox accounts begin empty`() async throws {
        let service = try await IdentityService(["SANDBOX": "false"])
        let answer = try await service.signUp()
        #expect(answer.json["account"]?["balance"]?["posted"]?.integer == 0)
        #expect(service.ledger.snapshot.transactions.isEmpty)
    }

    @Test func `the password is stored as a hash and shown nowhere`() async throws {
        let service = try await IdentityService()
        let answer = try await service.signUp()
        let stored = try #require(service.ledger.snapshot.customers.values.first)
        #expect(stored.passwordHash.hasPrefix("$scrypt$"))
        for text in [answer.text, try await service.logIn().text] {
            #expect(!text.contains("scrypt") && !text.contains(IdentityService.password))
            #expect(!text.lowercased().contains("password") && !text.contains("emailKey"))
        }
    }

    @Test func `all faults are told at once`() async throws {
        let service = try await IdentityService()
        let answer = try await service.ask(
            .post, "signup",
            #"""
            {"name":"","email":"nobody","password":"short","phone":"x","dateOfBirth":"2999-01-01",
             "currency":"usd","nationalIdType":"passport","role":"admin","gender":7}
            """#)
        #expect(answer.status == 400 && answer.code == "validation_failed")
        let faults = answer.json["errors"]?.array ?? []
        let pointers = Set(faults.compactMap { $0["pointer"]?.string })
        #expect(
            pointers == [
                "/name", "/email", "/password", "/phone", "/dateOfBirth", "/currency",
                "/nationalId", "/role", "/gender",
            ])
        #expect(service.ledger.snapshot.customers.isEmpty)
    }

    @Test(arguments: [7, 1_025]) func `a password has 8 to 1024 bytes`(count: Int) async throws {
        let service = try await IdentityService()
        let password = String(repeating: "x", count: count)
        let answer = try await service.ask(
            .post, "signup", #"{"name":"A","email":"a@b.c","password":"\#(password)"}"#)
        #expect(answer.status == 400)
        let longest = String(repeating: "x", count: count == 7 ? 8 : 1_024)
        let accepted = try await service.ask(
            .post, "signup", #"{"name":"A","email":"a@b.c","password":"\#(longest)"}"#)
        #expect(accepted.status == 201)
    }

    @Test(arguments: [
        "ADA@example.com", "ada@EXAMPLE.com", "a\u{200B}da@example.com", "ａda@example.com",
    ])
    func `an e-mail is taken however it is written`(email: String) async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let second = try await service.signUp(email)
        #expect(second.status == 409 && second.code == "email_taken")
        #expect(service.ledger.snapshot.customers.count == 1)
    }

    @Test func `a phone number and a national id are taken once`() async throws {
        let service = try await IdentityService()
        let first = #","phone":"+420 777 123 456","nationalIdType":"Passport","nationalId":"ab 12""#
        #expect(try await service.signUp("a@b.c", first).status == 201)
        let phone = try await service.signUp("b@b.c", #","phone":"00420777123456""#)
        #expect(phone.status == 409 && phone.code == "phone_taken")
        let id = #","nationalIdType":"passport","nationalId":"AB-12""#
        let national = try await service.signUp("c@b.c", id)
        #expect(national.status == 409 && national.code == "national_id_taken")
    }

    @Test func `twenty signups with one e-mail at once make one customer`() async throws {
        let service = try await IdentityService()
        let created = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await service.signUp().status } }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(created.filter { $0 == 201 }.count == 1)
        #expect(created.filter { $0 == 409 }.count == 19)
        #expect(service.ledger.snapshot.accounts.values.filter { !$0.isBanksOwn }.count == 1)
    }
}
