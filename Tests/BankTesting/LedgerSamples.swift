package import Ledger

/// Values that tests begin with. Numbers make them different and the same in every run.
extension Identifier {
    package static func numbered(_ number: Int) -> Self {
        Self(high: 0x019C_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number))
    }
}

extension Timestamp {
    /// 2026-01-31T09:30:00.000Z
    package static let sample = Timestamp(milliseconds: 1_769_851_800_000)
}

extension Currency {
    /// US dollars: every table of currencies has them.
    package static let usd = known("USD")
    package static let eur = known("EUR")
    package static let jpy = known("JPY")

    private static func known(_ code: String) -> Currency {
        guard let currency = Currency(code) else { fatalError("\(code) is a currency") }
        return currency
    }
}

extension Account {
    package static func sample(
        _ number: Int, owner: CustomerID?, posted: Int64 = 0, currency: Currency = .usd,
        type: AccountTypeCode = .personal, status: AccountStatus = .active,
        overdraftLimit: Int64 = 0
    ) -> Account {
        Account(
            id: .numbered(number), number: AccountNumber(body: UInt64(number)),
            customerID: owner, holderName: "Holder \(number)", type: type, currency: currency,
            status: status, posted: posted, overdraftLimit: overdraftLimit,
            createdAt: .sample, updatedAt: .sample)
    }

    /// The bank's own account, for the outside world.
    package static func cash(_ currency: Currency, posted: Int64 = 0) -> Account {
        Account(
            id: .cash(currency), number: AccountNumber(body: 999_999_999), customerID: nil,
            holderName: "Cash", type: .cash, currency: currency, posted: posted,
            createdAt: .sample, updatedAt: .sample)
    }
}

extension Order {
    /// A transfer between the sample accounts `from` and `to`.
    package static func transfer(
        _ number: Int, from: Int, to: Int, _ minorUnits: Int64 = 1, by customer: CustomerID,
        authority: Authority = .owner, key: String? = nil, digest: [UInt8] = [1],
        currency: Currency = .usd
    ) -> Order {
        Order(
            id: .numbered(number), type: .transfer, from: .id(.numbered(from)),
            to: .id(.numbered(to)), amount: Money(minorUnits: minorUnits, currency: currency),
            initiator: Initiator(customerID: customer, authority: authority),
            requestID: "req-\(number)",
            idempotency: key.map { Idempotency(key: $0, digest: digest) }, receivedAt: .sample)
    }
}
