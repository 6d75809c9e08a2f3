import BankCore
import Ledger
import ServiceKit

/// Carries out a plan in batches, as the posting engine would commit them.
struct Seeder: ~Copyable {
    /// Commands in a batch: each makes a few documents.
    private static let batchSize = 250

    private let plan: SeedPlan
    private let store: any LedgerStore
    private var transactionIDs = RisingIdentifiers<TransactionKind>(clock: .system)
    private var made: [SeededAccount] = []

    init(_ plan: SeedPlan, store: any LedgerStore) {
        self.plan = plan
        self.store = store
        made.reserveCapacity(plan.accounts)
    }

    /// The accounts, each customer's first one in the order of the customers.
    consuming func run() async throws -> [SeededAccount] {
        Console.begin("Seeding \(plan.accounts) accounts")
        try await signUpAll()
        try await openOthers()
        return made
    }

    private mutating func signUpAll() async throws {
        var pending = (0..<plan.customers).map { plan.customer($0) }
        while !pending.isEmpty {
            let batch = pending.suffix(Self.batchSize)
            let commands = batch.map { customer in
                let account = plan.account(of: customer.id, named: customer.name)
                return LedgerCommand.signUp(
                    customer, account,
                    opening: plan.opening(
                        of: account.id, customer: customer.id, id: transactionIDs.next()))
            }
            pending.removeLast(batch.count)
            for (customer, outcome) in zip(batch, try await store.commit(commands)) {
                switch outcome {
                case .signedUp(_, let account): note(account, of: customer.id)
                // One of a billion numbers was drawn twice.
                case .rejected(.accountNumberTaken): pending.append(customer)
                default: throw SeedFault(outcome: outcome)
                }
            }
            Console.progress("\(made.count) of \(plan.accounts)")
        }
    }

    /// What goes beyond one account each, spread evenly.
    private mutating func openOthers() async throws {
        let owners = made.map(\.customerID)
        while made.count < plan.accounts {
            let count = min(Self.batchSize, plan.accounts - made.count)
            let batch = (0..<count).map { owners[(made.count + $0) % owners.count] }
            let outcomes = try await store.commit(
                batch.map { customer in
                    .openAccount(
                        plan.account(of: customer, named: ""), accountsMax: nil,
                        origin: plan.origin(customer))
                })
            var orders: [LedgerCommand] = []
            for (customer, outcome) in zip(batch, outcomes) {
                switch outcome {
                case .opened(let account):
                    note(account, of: customer)
                    if let order = plan.opening(
                        of: account.id, customer: customer, id: transactionIDs.next())
                    {
                        orders.append(.post(order))
                    }
                case .rejected(.accountNumberTaken): continue
                default: throw SeedFault(outcome: outcome)
                }
            }
            if !orders.isEmpty { _ = try await store.commit(orders) }
            Console.progress("\(made.count) of \(plan.accounts)")
        }
    }

    private mutating func note(_ account: Account, of customer: CustomerID) {
        made.append(
            SeededAccount(customerID: customer, accountID: account.id, number: account.number))
    }
}

struct SeedFault: Error, CustomStringConvertible {
    let outcome: LedgerOutcome
    var description: String { "The ledger did not accept it: \(outcome)." }
}
