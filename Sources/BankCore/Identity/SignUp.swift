package import BankAPI
package import Ledger
package import ServiceKit

/// What is needed to become a customer.
package struct SignUpForm: Hashable, Sendable {
    package let person: PersonalData
    package let password: Secret
    package let currency: Currency?
}

/// Makes a customer with a first account, and the opening balance as a posting from the bank's
/// own cash: all of it, or nothing.
package struct SignUp: Sendable {
    private let ledger: any LedgerGate
    private let passwords: PasswordHasher
    private let clock: WallClock
    private let ids: IdentifierGenerator
    private let defaultCurrency: Currency
    /// Minor units.
    private let openingBalance: Int64

    package static let passwordBytes = 8...1_024
    /// How often another account number is tried when one is taken: with a billion numbers, a
    /// second time is rare already.
    private static let numbersTriedMax = 5

    package init(
        ledger: any LedgerGate, passwords: PasswordHasher, clock: WallClock,
        ids: IdentifierGenerator, defaultCurrency: Currency, openingBalance: Int64
    ) {
        self.ledger = ledger
        self.passwords = passwords
        self.clock = clock
        self.ids = ids
        self.defaultCurrency = defaultCurrency
        self.openingBalance = openingBalance
    }

    /// - Throws: `Problem` (`email_taken`, `phone_taken`, `national_id_taken`, `overloaded`),
    ///   ``PostingError``.
    package func perform(
        _ form: SignUpForm, requestID: String, receivedAt: Timestamp
    ) async throws -> (Customer, Account) {
        let hash = try await passwords.hash(form.password)
        let customer = customer(form.person, passwordHash: hash)
        for _ in 0..<Self.numbersTriedMax {
            let account = account(of: customer, currency: form.currency ?? defaultCurrency)
            let opening = opening(of: account, requestID: requestID, receivedAt: receivedAt)
            let outcome = try await ledger.perform(.signUp(customer, account, opening: opening))
            switch outcome {
            case .signedUp(let customer, let account): return (customer, account)
            case .rejected(.accountNumberTaken): continue
            case .rejected(let rejection): throw rejection.problem
            default: throw Problem(.internalError)
            }
        }
        throw CommandRejection.accountNumberTaken.problem
    }

    private func customer(_ person: PersonalData, passwordHash: String) -> Customer {
        let now = clock.now
        return Customer(
            id: ids.next(), name: person.name, email: person.email.text,
            emailKey: person.email.key, phone: person.phone,
            nationalIDType: person.nationalIDType, nationalID: person.nationalID,
            gender: person.gender, dateOfBirth: person.dateOfBirth, passwordHash: passwordHash,
            createdAt: now, updatedAt: now)
    }

    private func account(of customer: Customer, currency: Currency) -> Account {
        Account(
            id: ids.next(), number: ids.nextAccountNumber(), customerID: customer.id,
            holderName: customer.name, type: .personal, currency: currency,
            createdAt: customer.createdAt, updatedAt: customer.createdAt)
    }

    private func opening(
        of account: Account, requestID: String, receivedAt: Timestamp
    ) -> Order? {
        guard openingBalance > 0, let customerID = account.customerID else { return nil }
        return Order(
            id: ids.next(), type: .deposit, from: .cash(account.currency), to: .id(account.id),
            amount: Money(minorUnits: openingBalance, currency: account.currency),
            initiator: Initiator(customerID: customerID, authority: .staff),
            requestID: requestID, idempotency: nil,
            details: Details(description: "Opening balance"), receivedAt: receivedAt)
    }
}

extension JSONFields {
    /// The body of `POST /auth/signup`; nil if something that is required is missing or wrong.
    package mutating func signUpForm(now: Timestamp) -> SignUpForm? {
        let person = personalData(now: now)
        let password = requiredPassword("password", bytes: SignUp.passwordBytes)
        let currency = currency("currency")
        guard let person, let password else { return nil }
        return SignUpForm(person: person, password: password, currency: currency)
    }

    mutating func requiredPassword(_ name: String, bytes: ClosedRange<Int>) -> Secret? {
        requiredString(name, bytes: bytes).map { Secret($0) }
    }

    mutating func currency(_ name: String) -> Currency? {
        guard let text = string(name, bytes: 1...20) else { return nil }
        if let currency = Currency(text) { return currency }
        add(name, .invalidCurrency, "A currency of ISO 4217 in upper case is expected.")
        return nil
    }
}
