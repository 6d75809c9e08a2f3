package import BankCore
package import Ledger
import ServiceKit
import Synchronization

/// A bank's storage under test, and the people and accounts that a check makes in it.
///
/// Every check signs up customers of its own, so that checks can share one database.
package struct BankUnderTest: Sendable {
    package let store: any LedgerStore
    package let accounts: any AccountReader
    package let transactions: any TransactionReader
    package let histories: any AccountHistory
    package let holds: any HoldReader
    package let types: any CatalogueStore
    package let identifiers = IdentifierGenerator(clock: .system)
    private let transactionIDs = RisingSource()

    package init(
        store: any LedgerStore, accounts: any AccountReader,
        transactions: any TransactionReader & AccountHistory, holds: any HoldReader,
        types: any CatalogueStore
    ) {
        self.store = store
        self.accounts = accounts
        self.transactions = transactions
        self.histories = transactions
        self.holds = holds
        self.types = types
    }

    package func nextTransactionID() -> TransactionID { transactionIDs.next() }

    package func perform(_ command: LedgerCommand) async throws -> LedgerOutcome {
        let outcomes = try await store.commit([command])
        return try require(outcomes.first, "one outcome for one command")
    }

    /// A new customer with an account of `opening` minor units.
    package func customer(
        opening: Int64 = 0, email: String? = nil, currency: Currency = .usd
    ) async throws -> (customer: Customer, account: Account) {
        let customer = newCustomer(email: email)
        let account = newAccount(of: customer, currency: currency)
        let order = Order(
            id: transactionIDs.next(), type: .deposit, from: .cash(currency), to: .id(account.id),
            amount: Money(minorUnits: opening, currency: currency),
            initiator: Initiator(customerID: customer.id, authority: .staff), requestID: "req",
            idempotency: nil, receivedAt: .sample)
        let outcome = try await perform(
            .signUp(customer, account, opening: opening > 0 ? order : nil))
        guard case .signedUp(let signedUp, let opened) = outcome else {
            throw Broken("signing up gave \(outcome)")
        }
        return (signedUp, opened)
    }

    package func newCustomer(email: String? = nil, phone: String? = nil) -> Customer {
        let id: CustomerID = identifiers.next()
        let email = email ?? "\(id)@example.com"
        return Customer(
            id: id, name: "Customer \(id.low % 1_000)", email: email, emailKey: email,
            phone: phone, passwordHash: "$scrypt$", createdAt: .sample, updatedAt: .sample)
    }

    package func newAccount(
        of customer: Customer, currency: Currency = .usd, type: AccountTypeCode = .personal
    ) -> Account {
        Account(
            id: identifiers.next(), number: identifiers.nextAccountNumber(),
            customerID: customer.id, holderName: customer.name, type: type,
            currency: currency, createdAt: .sample, updatedAt: .sample)
    }

    /// A transfer by the owner of `from`.
    package func transfer(
        _ minorUnits: Int64, from: Account, to: Account, key: String? = nil, digest: UInt8 = 1,
        by initiator: Initiator? = nil
    ) -> Order {
        let owner = from.customerID ?? CustomerID(high: 0, low: 0)
        return Order(
            id: transactionIDs.next(), type: .transfer, from: .id(from.id), to: .number(to.number),
            amount: Money(minorUnits: minorUnits, currency: from.currency),
            initiator: initiator ?? Initiator(customerID: owner, authority: .owner),
            requestID: "req-\(minorUnits)",
            idempotency: key.map {
                Idempotency(key: $0, digest: Array(repeating: digest, count: 32))
            },
            details: Details(channel: .api, description: "a test"), receivedAt: .sample)
    }

    package func post(_ order: Order) async throws -> Transaction {
        let outcome = try await perform(.post(order))
        guard case .recorded(let transaction, _) = outcome else {
            throw Broken("an order gave \(outcome)")
        }
        return transaction
    }

    package func posted(_ account: Account) async throws -> Int64 {
        try await require(accounts.account(.id(account.id)), "the account is there").posted
    }

    package func list(
        limit: Int = 50, after: TransactionID? = nil, _ change: (inout TransactionFilter) -> Void
    ) async throws -> Page<Transaction> {
        var filter = TransactionFilter()
        change(&filter)
        return try await transactions.transactions(
            filter, PageRequest(limit: limit, after: after))
    }
}

/// Transactions' ids in the order in which they are asked for, as the posting engine gives them.
private final class RisingSource: Sendable {
    private let identifiers = Mutex(RisingIdentifiers<TransactionKind>(clock: .system))

    func next() -> TransactionID { identifiers.withLock { $0.next() } }
}

/// What a store did not keep of its contract.
package struct Broken: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

package func require<Value>(_ value: Value?, _ text: String) throws -> Value {
    guard let value else { throw Broken("not so: \(text)") }
    return value
}

package func expect(_ condition: Bool, _ text: String) throws {
    guard condition else { throw Broken("not so: \(text)") }
}

package func expect<Value: Equatable>(_ value: Value, _ expected: Value) throws {
    guard value == expected else { throw Broken("\(value) where \(expected) was expected") }
}

/// A sentence about every store, and the check of it.
package struct ContractCheck: Sendable, CustomStringConvertible {
    package let description: String
    package let run: @Sendable (BankUnderTest) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (BankUnderTest) async throws -> Void) {
        self.description = description
        self.run = run
    }
}

/// What every ``LedgerStore`` with its readers has to do: one suite runs against all of them.
package enum LedgerContract {
    package static let checks: [ContractCheck] =
        signingUp + posting + together + undoing + holding + idempotency + changing + reading
        + types
}
