import BankCore
import Ledger
import ServiceKit

extension IdentityContract {
    static let customers: [IdentityCheck] = finding + changing + closing

    private static let finding: [IdentityCheck] = [
        IdentityCheck("customers are found by what only they have, and by words of the name") {
            identity in
            let phone = "+25078\(Int.random(in: 0..<9_999_999))"
            var customer = identity.bank.newCustomer(phone: phone)
            let word = "zoe\(customer.id.low % 1_000_000_007)"
            customer.name = "Müller-\(word) Ann"
            customer.nationalID = "N\(customer.id.low)"
            try await identity.signUp(customer)
            _ = try await identity.bank.customer()
            var filters = Array(repeating: CustomerFilter(), count: 4)
            filters[0].emailKey = customer.emailKey
            filters[1].phone = customer.phone
            filters[2].nationalID = customer.nationalID
            filters[3].nameWords = [word, "mül"]
            for filter in filters {
                let page = try await identity.directory.customers(filter, PageRequest(limit: 5))
                try expect(page.items, [customer])
            }
            filters[3].nameWords = [word, "bob"]
            let none = try await identity.directory.customers(filters[3], PageRequest(limit: 5))
            try expect(none.items, [])
        },
        IdentityCheck("customers are listed oldest first, page by page") { identity in
            let word = "w\(UInt64.random(in: 1..<(.max)))"
            var ids: [CustomerID] = []
            for _ in 0..<5 {
                var customer = identity.bank.newCustomer()
                customer.name = "Ada \(word)"
                try await identity.signUp(customer)
                ids.append(customer.id)
            }
            var filter = CustomerFilter()
            filter.nameWords = [word]
            let first = try await identity.directory.customers(filter, PageRequest(limit: 3))
            try expect(first.items.map(\.id), Array(ids.sorted().prefix(3)))
            try expect(first.hasMore, "two are left")
            let rest = try await identity.directory.customers(
                filter, PageRequest(limit: 3, after: first.items.last?.id))
            try expect(rest.items.map(\.id), Array(ids.sorted().suffix(2)))
            try expect(!rest.hasMore, "none is left")
        },
    ]

    private static let changing: [IdentityCheck] = [
        IdentityCheck("a customer changes their person, and their accounts bear the new name") {
            identity in
            let (customer, account) = try await identity.bank.customer()
            var change = PersonChange()
            change.name = "Grace Hopper"
            change.phone = "+1\(UInt32.random(in: 100_000_000 ... .max))"
            let changed = try await identity.change(customer, .person(change))
            try expect(changed.name, "Grace Hopper")
            let stored = try await identity.directory.customer(customer.id)
            try expect(stored, changed)
            let after = try await identity.bank.accounts.account(.id(account.id))
            try expect(after?.holderName, "Grace Hopper")
        },
        IdentityCheck("nobody takes what another customer has, and what was left is free") {
            identity in
            let phones = (0..<2).map { _ in "+2\(UInt32.random(in: 100_000_000 ... .max))" }
            let ada = identity.bank.newCustomer(phone: phones[0])
            let ben = identity.bank.newCustomer()
            for customer in [ada, ben] { try await identity.signUp(customer) }
            var change = PersonChange()
            change.phone = phones[0]
            let refused = try await identity.outcome(ben, .person(change))
            try expect(refused, .rejected(.phoneTaken))
            change.phone = phones[1]
            _ = try await identity.change(ada, .person(change))
            change.phone = phones[0]
            let taken = try await identity.change(ben, .person(change))
            try expect(taken.phone, phones[0])
        },
        IdentityCheck("another customer does not exist, a teller may not change staff") {
            identity in
            let (ada, _) = try await identity.bank.customer()
            let (ben, _) = try await identity.bank.customer()
            let foreign = try await identity.outcome(ada, .close, by: ben.id)
            try expect(foreign, .rejected(.customerNotFound))
            let demoting = try await identity.outcome(
                ada, .role(.teller), by: ben.id, role: .teller)
            try expect(demoting, .rejected(.notAllowed))
            _ = try await identity.change(ada, .role(.admin), by: ben.id, role: .admin)
            let closing = try await identity.outcome(ada, .close, by: ben.id, role: .teller)
            try expect(closing, .rejected(.notAllowed))
        },
        IdentityCheck("a change of role ends all sessions, a new password the others") { identity in
            let (customer, _) = try await identity.bank.customer()
            let (kept, _) = try await identity.open(customer: customer.id)
            let (other, token) = try await identity.open(customer: customer.id)
            _ = try await identity.change(
                customer,
                .password(from: customer.passwordHash, to: "$scrypt$2", keeping: kept.id))
            try await expect(identity.sessions.sessions(of: customer.id).map(\.id), [kept.id])
            try await expect(identity.rotate(token), .ended)
            let revoked = try await identity.revocations.revokedSessions(inLastSeconds: 60)
            try expect(
                revoked.contains(
                    RevokedSession(
                        sessionID: other.id, customerID: customer.id, reason: .passwordChanged)),
                "it is told to all")
            _ = try await identity.change(customer, .role(.teller), role: .admin)
            try await expect(identity.sessions.sessions(of: customer.id), [])
        },
        IdentityCheck("a password that was changed meanwhile neither opens nor changes anything") {
            identity in
            let (customer, _) = try await identity.bank.customer()
            let session: SessionID = identity.bank.identifiers.next()
            let change = CustomerChange.password(
                from: customer.passwordHash, to: "$scrypt$2", keeping: session)
            _ = try await identity.change(customer, change)
            let late = try await identity.open(for: customer)
            try expect(late == nil, "no session for the old password")
            try await expect(
                identity.outcome(customer, change), .rejected(.passwordChanged))
        },
    ]

    private static let closing: [IdentityCheck] = [
        IdentityCheck("closing ends sessions and accounts, blanks the person, frees the e-mail") {
            identity in
            let (customer, account) = try await identity.bank.customer()
            let (_, token) = try await identity.open(customer: customer.id)
            let closed = try await identity.change(customer, .close)
            try expect(closed.status, .closed)
            let texts = "\(closed)"
            for text in [customer.name, customer.email, customer.passwordHash] {
                try expect(!texts.contains(text), "\(text) is gone")
            }
            try await expect(identity.directory.customer(customer.id), closed)
            let after = try await identity.bank.accounts.account(.id(account.id))
            try expect(after?.status, .closed)
            try await expect(identity.rotate(token), .ended)
            try expect(try await identity.open(for: customer) == nil, "no session any more")
            _ = try await identity.bank.customer(email: customer.email)
            try await expect(
                identity.outcome(customer, .close), .rejected(.customerClosed))
            let outcome = try await identity.bank.perform(
                .openAccount(
                    identity.bank.newAccount(of: customer), accountsMax: nil,
                    origin: Origin(
                        initiator: Initiator(customerID: customer.id, authority: .staff),
                        requestID: "r", receivedAt: .sample)))
            try expect(outcome, .rejected(.customerClosed))
        },
        IdentityCheck("who has money does not close") { identity in
            let (customer, account) = try await identity.bank.customer(opening: 1)
            try await expect(
                identity.outcome(customer, .close), .rejected(.balanceNotZero))
            let after = try await identity.bank.accounts.account(.id(account.id))
            try expect(after?.status, .active)
            try await expect(identity.directory.customer(customer.id), customer)
        },
        IdentityCheck("of fifty closings at once one wins, and no money is lost by them") {
            identity in
            let (customer, account) = try await identity.bank.customer(opening: 100)
            let (_, other) = try await identity.bank.customer()
            let closings = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        if number == 10 {
                            _ = try await identity.bank.post(
                                identity.bank.transfer(100, from: account, to: other))
                        }
                        let outcome = try await identity.outcome(customer, .close)
                        if case .changedCustomer = outcome { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let last = try await identity.outcome(customer, .close)
            if case .changedCustomer = last {
                try expect(closings, 0)
            } else {
                try expect(closings, 1)
            }
            try await expect(identity.bank.posted(other), 100)
            try await expect(identity.bank.posted(account), 0)
        },
    ]
}

extension IdentityUnderTest {
    func signUp(_ customer: Customer) async throws {
        let outcome = try await bank.perform(
            .signUp(customer, bank.newAccount(of: customer), opening: nil))
        guard case .signedUp = outcome else { throw Broken("signing up gave \(outcome)") }
    }

    func outcome(
        _ customer: Customer, _ change: CustomerChange, by actor: CustomerID? = nil,
        role: Role = .customer
    ) async throws -> LedgerOutcome {
        let initiator = Initiator(
            customerID: actor ?? customer.id, authority: role.isStaff ? .staff : .owner)
        return try await bank.perform(
            .changeCustomer(
                customer.id, change, by: role,
                origin: Origin(initiator: initiator, requestID: "r", receivedAt: .sample)))
    }

    func change(
        _ customer: Customer, _ change: CustomerChange, by actor: CustomerID? = nil,
        role: Role = .customer
    ) async throws -> Customer {
        let outcome = try await outcome(customer, change, by: actor, role: role)
        guard case .changedCustomer(let changed) = outcome else {
            throw Broken("the change gave \(outcome)")
        }
        return changed
    }
}
