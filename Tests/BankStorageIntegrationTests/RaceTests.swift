import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import Testing

/// Two processes' stores on one database, without the posting engine in front: the database
/// alone must keep them apart.
@Suite struct RaceTests {
    /// Runs a command until it has an outcome, as the engine does.
    private static func perform(
        _ command: LedgerCommand, on store: any LedgerStore
    ) async throws -> LedgerOutcome {
        for _ in 0..<200 {
            do {
                let outcomes = try await store.commit([command])
                return try require(outcomes.first, "an outcome")
            } catch StoreError.poisoned, StoreError.unavailable {
                try await Task.sleep(for: .milliseconds(Int64.random(in: 1...20)))
            } catch StoreError.outcomeUnknown where command.idempotency != nil {
                // By its key a command happens once, however often it is tried.
                continue
            }
        }
        throw Broken("no outcome")
    }

    private static func performAll(
        _ commands: [LedgerCommand], on stores: [any LedgerStore]
    ) async throws -> [LedgerOutcome] {
        try await withThrowingTaskGroup { group in
            for (index, command) in commands.enumerated() {
                let store = stores[index % stores.count]
                group.addTask { try await perform(command, on: store) }
            }
            var outcomes: [LedgerOutcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func withTwoStores(
        _ body: (BankUnderTest, [any LedgerStore]) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            let second = try openDatabase(named: database.name)
            do {
                try await body(database.bank, [database.bank.store, second.bank.store])
                let report = try await MongoVerification(database).verify()
                #expect(report.isClean, "\(report.findings)")
            } catch {
                await second.shutDown()
                throw error
            }
            await second.shutDown()
        }
    }

    @Test func `of 200 simultaneous debits of a whole balance exactly one wins`() async throws {
        try await withTwoStores { bank, stores in
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let orders = (0..<200).map { number in
                LedgerCommand.post(
                    bank.transfer(1_000, from: from, to: to, key: "k\(number)"))
            }
            let outcomes = try await Self.performAll(orders, on: stores)
            let refusals = outcomes.map { outcome -> Refusal? in
                if case .recorded(let entry, _) = outcome { entry.refusal } else { .typeNotAllowed }
            }
            #expect(refusals.count { $0 == nil } == 1)
            #expect(refusals.count { $0 == .insufficientFunds } == 199)
            try await expect(bank.posted(to), 1_000)
        }
    }

    @Test func `the same key used 50 times at once moves money once`() async throws {
        try await withTwoStores { bank, stores in
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let orders = (0..<50).map { _ in
                LedgerCommand.post(bank.transfer(10, from: from, to: to, key: "same"))
            }
            let outcomes = try await Self.performAll(orders, on: stores)
            let entries = outcomes.compactMap { outcome -> Transaction? in
                if case .recorded(let entry, _) = outcome { entry } else { nil }
            }
            #expect(Set(entries).count == 1)
            #expect(entries.count == 50)
            try await expect(bank.posted(from), 990)
        }
    }

    @Test func `of 50 simultaneous reversals exactly one wins`() async throws {
        try await withTwoStores { bank, stores in
            let (_, from) = try await bank.customer(opening: 100)
            // What the receiver has beside it would carry many reversals.
            let (_, to) = try await bank.customer(opening: 10_000)
            let entry = try await bank.post(bank.transfer(30, from: from, to: to))
            let outcomes = try await Self.performAll(
                (0..<50).map { _ in .post(bank.reversal(of: entry)) }, on: stores)
            let winners = Self.recorded(outcomes)
            #expect(winners.count == 1)
            #expect(outcomes.count { $0 == .rejected(.alreadyReversed) } == 49)
            let stored = try await bank.transactions.transaction(entry.id)
            #expect(stored?.ending == winners.first.map { .reversed(by: $0.id) })
            try await expect(bank.posted(from), 100)
        }
    }

    @Test func `of reversals and cancellations at once exactly one wins`() async throws {
        try await withTwoStores { bank, stores in
            let (payer, from) = try await bank.customer(opening: 100)
            let (merchant, shop) = try await bank.merchant()
            for round in 0..<10 {
                _ = try await bank.post(bank.cashOrder(.deposit, 100, of: shop))
                let entry = try await bank.post(bank.purchase(10, from: from, to: shop))
                let callers = [payer, merchant].map {
                    Initiator(customerID: $0.id, authority: .owner)
                }
                let orders = (0..<12).map { index in
                    index % 3 == round % 3
                        ? bank.undoing(entry, as: .reversal, by: callers[1])
                        : bank.undoing(
                            entry, as: .cancellation, by: callers[index % 2],
                            cancellationSeconds: 900)
                }
                let outcomes = try await Self.performAll(
                    orders.map(LedgerCommand.post), on: stores)
                let winners = Self.recorded(outcomes)
                #expect(winners.count == 1)
                let stored = try await bank.transactions.transaction(entry.id)
                #expect(stored?.ending?.entryID == winners.first?.id)
                let isReversed = winners.first?.type == .reversal
                #expect(stored?.status == (isReversed ? .reversed : .cancelled))
                try await expect(bank.posted(from), 100)
            }
        }
    }

    @Test func `an external reference used 50 times at once is posted with once`() async throws {
        try await withTwoStores { bank, stores in
            let (payer, from) = try await bank.customer(opening: 1_000)
            // Other accounts of the same customer: nothing but the reference is common.
            var accounts = [from]
            for _ in 0..<9 {
                let opened = try await bank.perform(
                    .openAccount(
                        bank.newAccount(of: payer), accountsMax: nil,
                        origin: Origin(
                            initiator: LedgerContract.staff, requestID: "req",
                            receivedAt: .sample)))
                guard case .opened(let account) = opened else { throw Broken("\(opened)") }
                _ = try await bank.post(bank.cashOrder(.deposit, 1_000, of: account))
                accounts.append(account)
            }
            var shops: [Account] = []
            for _ in accounts { shops.append(try await bank.merchant().account) }
            let orders = (0..<50).map { index in
                LedgerCommand.post(
                    bank.purchase(
                        10, from: accounts[index % 10], to: shops[index % 10],
                        reference: "INV"))
            }
            let entries = Self.recorded(try await Self.performAll(orders, on: stores))
            #expect(entries.count { $0.refusal == nil } == 1)
            #expect(entries.count { $0.refusal == .duplicateExternalReference } == 49)
        }
    }

    private static func recorded(_ outcomes: [LedgerOutcome]) -> [Transaction] {
        outcomes.compactMap { outcome in
            if case .recorded(let entry, _) = outcome { entry } else { nil }
        }
    }

    @Test func `of 20 customers with one e-mail exactly one signs up`() async throws {
        try await withTwoStores { bank, stores in
            let commands = (0..<20).map { _ in
                let customer = bank.newCustomer(email: "one@example.com")
                return LedgerCommand.signUp(customer, bank.newAccount(of: customer), opening: nil)
            }
            let outcomes = try await Self.performAll(commands, on: stores)
            #expect(outcomes.count { $0 == .rejected(.emailTaken) } == 19)
        }
    }

    @Test func `a customer's last free account is opened once`() async throws {
        try await withTwoStores { bank, stores in
            let (customer, _) = try await bank.customer()
            let origin = Origin(
                initiator: Initiator(customerID: customer.id, authority: .owner),
                requestID: "req", receivedAt: .sample)
            let commands = (0..<20).map { _ in
                LedgerCommand.openAccount(
                    bank.newAccount(of: customer), accountsMax: 2, origin: origin)
            }
            let outcomes = try await Self.performAll(commands, on: stores)
            #expect(outcomes.count { $0 == .rejected(.accountLimitReached) } == 19)
        }
    }

    @Test func `transfers in rings conserve the sum and end`() async throws {
        try await withTwoStores { bank, stores in
            var accounts: [Account] = []
            for _ in 0..<4 { accounts.append(try await bank.customer(opening: 100).account) }
            let orders = (0..<80).map { index in
                let amount = Int64(1 + index % 5)
                let from = accounts[index % 4]
                let step: Int = 1 + (index / 4) % 3
                let to = accounts[(index + step) % 4]
                return LedgerCommand.post(
                    bank.transfer(amount, from: from, to: to, key: "ring\(index)"))
            }
            _ = try await Self.performAll(orders, on: stores)
            var sum: Int64 = 0
            for account in accounts { sum += try await bank.posted(account) }
            #expect(sum == 400)
        }
    }
}
