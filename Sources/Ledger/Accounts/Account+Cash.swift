extension AccountID {
    /// The bank's own cash account of a currency: the same id in every database.
    package static func cash(_ currency: Currency) -> AccountID {
        let code = currency.code.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return AccountID(high: 0x7000, low: 0x8000_0000_0000_0000 | code)
    }
}

extension Account {
    /// The bank's own cash of a currency: where deposits come from and withdrawals go to.
    package static func cash(_ currency: Currency, at time: Timestamp) -> Account {
        Account(
            id: .cash(currency), number: .cash(currency), customerID: nil,
            holderName: "Teller", type: .cash, currency: currency, createdAt: time,
            updatedAt: time)
    }
}

extension AccountNumber {
    /// `000`, and the code's letters as a number to the base of 26.
    fileprivate static func cash(_ currency: Currency) -> AccountNumber {
        AccountNumber(
            body: currency.code.utf8.reduce(UInt64(0)) {
                $0 * 26 + UInt64($1 - UInt8(ascii: "A"))
            })
    }
}
