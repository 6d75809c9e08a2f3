/// A currency of ISO 4217 with its exponent: how many decimals its minor unit stands for.
package struct Currency: Hashable, Sendable {
    /// Three upper-case letters.
    package let code: String
    /// 2 for most; 0 for JPY, 3 for KWD.
    package let exponent: Int

    /// Nil unless `code` is an active ISO 4217 currency.
    package init?(_ code: some StringProtocol) {
        guard let exponent = Self.exponents[String(code)] else { return nil }
        self.code = String(code)
        self.exponent = exponent
    }

    private static let exponents: [String: Int] = ["USD": 2, "EUR": 2, "CZK": 2, "JPY": 0]
}
