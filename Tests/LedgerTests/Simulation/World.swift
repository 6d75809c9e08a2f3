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

    /// Two accounts for each customer; some have limits.
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
            account(2, dailyDebitLimit: 200),
            account(3, type: .merchant, dailyDebitLimit: 150), account(4, currency: jpy),
            account(5, overdraftLimit: 100, dailyDebitLimit: Money.minorUnitsMax),
        ]

    static let holders = customers.enumerated().map { index, customer in
        Holder(id: customer, name: "Holder \(index)", isClosed: index == 2, openAccounts: 2)
    }

    static func book() -> Book { Book(accounts: accounts, holders: holders) }

    private static func currency(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("no currency \(code)") }
        return currency
    }
}
