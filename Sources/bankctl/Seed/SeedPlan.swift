import BankCore
import Ledger
import ServiceKit

/// What is to be made, and how each piece of it looks.
struct SeedPlan: Sendable {
    let customers: Int
    /// In all, at least one for each customer.
    let accounts: Int
    let currency: Currency
    /// Minor units.
    let balance: Int64
    let passwordHash: String
    /// Tells the e-mails of this run from those of others.
    let run = String(UInt32.random(in: .min ... .max), radix: 36)

    private let clock = WallClock.system
    private let identifiers = IdentifierGenerator(clock: .system)

    func customer(_ index: Int) -> Customer {
        let email = "seed-\(run)-\(index)@teller.example"
        return Customer(
            id: identifiers.next(), name: "Customer \(index)", email: email,
            emailKey: EmailAddress.key(of: email), passwordHash: passwordHash,
            createdAt: clock.now, updatedAt: clock.now)
    }

    func account(of customer: CustomerID, named name: String) -> Account {
        Account(
            id: identifiers.next(), number: identifiers.nextAccountNumber(),
            customerID: customer, holderName: name, type: .personal, currency: currency,
            createdAt: clock.now, updatedAt: clock.now)
    }

    /// The opening balance; nil if there is none.
    func opening(
        of account: AccountID, customer: CustomerID, id: TransactionID
    ) -> Order? {
        guard balance > 0 else { return nil }
        return Order(
            id: id, type: .deposit, from: .cash(currency), to: .id(account),
            amount: Money(minorUnits: balance, currency: currency), initiator: bank(for: customer),
            requestID: "seed-\(run)", idempotency: nil,
            details: Details(description: "Opening balance"), receivedAt: clock.now)
    }

    func origin(_ customer: CustomerID) -> Origin {
        Origin(initiator: bank(for: customer), requestID: "seed-\(run)", receivedAt: clock.now)
    }

    private func bank(for customer: CustomerID) -> Initiator {
        Initiator(customerID: customer, authority: .staff)
    }
}

/// An account that was made, as the token file names it.
struct SeededAccount: Sendable {
    let customerID: CustomerID
    let accountID: AccountID
    let number: AccountNumber
}
