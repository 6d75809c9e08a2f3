import Ledger

/// The accounts and people with which every simulation begins.
struct World {
    static let usd = currency("USD")
    static let jpy = currency("JPY")
    static let start = Timestamp(milliseconds: 1_767_225_600_000)
    static let customers = (1...3).map { CustomerID(high: 0x7000, low: UInt64($0)) }
    static let stranger = CustomerID(high: 0x7000, low: 99)
    static let staff = Initiator(
        customerID: CustomerID(high: 0x7000, low: 50), authority: .staff)

    static let cashAccounts = [usd, jpy].enumerated().map { index, currency in
        Account(
            id: .cash(currency), number: AccountNumber(body: UInt64(index)), customerID: nil,
            holderName: "Teller", type: .cash, currency: currency, createdAt: start,
            updatedAt: start)
    }

    static func owner(_ customer: CustomerID) -> Initiator {
        Initiator(customerID: customer, authority: .owner)
    }

    /// Some have limits.
    static func account(
        _ index: Int, currency: Currency = usd, owner: CustomerID? = nil,
        type: AccountTypeCode = .personal, overdraftLimit: Int64 = 0, dailyDebitLimit: Int64? = nil
    ) -> Account {
        Account(
            id: AccountID(high: 0x7001, low: UInt64(index)),
            number: AccountNumber(body: UInt64(1_000 + index)),
            customerID: owner ?? customers[index % customers.count], holderName: "Holder \(index)",
            type: type, currency: currency, overdraftLimit: overdraftLimit,
            dailyDebitLimit: dailyDebitLimit, createdAt: start, updatedAt: start)
    }

    static let accounts =
        cashAccounts + [
            account(0, dailyDebitLimit: 300), account(1, overdraftLimit: 500),
            account(2, type: .saving, dailyDebitLimit: 200),
            account(3, type: .merchant, dailyDebitLimit: 150), account(4, currency: jpy),
            account(
                5, type: .saving, overdraftLimit: 100, dailyDebitLimit: Money.minorUnitsMax),
        ]

    static let holders = customers.enumerated().map { index, customer in
        Holder(
            id: customer, name: "Holder \(index)", isClosed: index == 2,
            openAccounts: accounts.count { $0.customerID == customer })
    }

    static func book() -> Book {
        Book(accounts: accounts, holders: holders, catalogue: catalogues[0])
    }

    static let own = TransactionTypeCode(rawValue: "own")
    static let old = TransactionTypeCode(rawValue: "old")

    /// The types with which a simulation begins, and those that an administrator then makes of
    /// them: `own` and account types with limits and rules, `old` out of use.
    static let catalogues = [
        catalogue(),
        catalogue(
            AccountType(
                code: .personal, name: "", dailyDebitLimit: 250, overdraftAllowed: false),
            AccountType(code: .saving, name: "", amounts: AmountLimits(minimum: 3, maximum: 400)),
            nil,
            TransactionType(
                code: own, name: "", amounts: AmountLimits(minimum: 7, maximum: 150),
                rules: [TransactionTypeRule(accountType: .saving, debitAllowed: false)]),
            TransactionType(
                code: .purchase, name: "", amounts: AmountLimits(minimum: 5, maximum: 200),
                rules: [TransactionTypeRule(accountType: .saving, debitAllowed: false)])),
        catalogue(
            AccountType(
                code: .personal, name: "", amounts: AmountLimits(minimum: 2),
                overdraftAllowed: false),
            AccountType(code: .saving, name: "", dailyDebitLimit: 100, overdraftAllowed: false),
            AccountType(code: .merchant, name: "", amounts: AmountLimits(maximum: 300)),
            TransactionType(
                code: .transfer, name: "", amounts: AmountLimits(minimum: 4, maximum: 500),
                rules: [
                    TransactionTypeRule(accountType: .merchant, creditAllowed: false),
                    TransactionTypeRule(accountType: .saving, debitAllowed: false),
                ])),
    ]

    private static func catalogue(
        _ personal: AccountType? = nil, _ saving: AccountType? = nil,
        _ merchant: AccountType? = nil, _ types: TransactionType...
    ) -> Catalogue {
        var accountTypes = Catalogue.builtIn.accountTypes
        for type in [personal, saving, merchant] { type.map { accountTypes[$0.code] = $0 } }
        var transactionTypes = Catalogue.builtIn.transactionTypes
        transactionTypes[own] = TransactionType(code: own, name: "")
        transactionTypes[old] = TransactionType(code: old, name: "", status: .inactive)
        for type in types { transactionTypes[type.code] = type }
        return Catalogue(
            accountTypes: accountTypes.values, transactionTypes: transactionTypes.values)
    }

    private static func currency(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("no currency \(code)") }
        return currency
    }
}
