package import Ledger

/// The settings of bank-core.
package struct BankSettings: Sendable {
    package let service: ServiceSettings
    /// Own deposits are allowed, signup gives an opening balance, the mailbox can be read.
    package let isSandbox: Bool
    /// Minor units that a new customer's first account begins with.
    package let openingBalance: Int64
    package let defaultCurrency: Currency
    package let accountsPerCustomerMax: Int
    package let cancellationMinutes: Int
    /// Failed log-ins per e-mail; per IP it is five times that.
    package let loginFailures: RateLimit
    package let otpGatewayURL: Secret?
}

extension BankSettings {
    /// From the environment and `.env` of the working directory.
    package static func load() throws(SettingsError) -> BankSettings {
        try load(SettingsReader.ofProcess())
    }

    package static func load(_ reader: SettingsReader) throws(SettingsError) -> BankSettings {
        var reader = reader
        let service = ServiceSettings(&reader)
        let sandbox = reader.flag(.sandbox, standard: false)
        let opening = reader.integer(
            .openingBalance, in: 0...Int(Money.minorUnitsMax), standard: sandbox ? 500_000 : 0)
        let currency =
            reader.value(.defaultCurrency, expected: "a currency of ISO 4217") { Currency($0) }
            ?? Currency("USD")
        let accounts = reader.integer(.maxAccountsPerCustomer, in: 1...1_000, standard: 4)
        let minutes = reader.integer(.cancellationMinutes, in: 0...525_600, standard: 15)
        let failures = reader.rateLimit(
            .rateLimitLogin, standard: RateLimit(count: 10, windowSeconds: 900))
        let gateway = reader.value(.otpGatewayURL, expected: "an http or https address") {
            $0.hasPrefix("http://") || $0.hasPrefix("https://") ? Secret($0) : nil
        }
        return try reader.finish {
            guard let service, let currency else { return nil }
            return BankSettings(
                service: service, isSandbox: sandbox, openingBalance: Int64(opening),
                defaultCurrency: currency, accountsPerCustomerMax: accounts,
                cancellationMinutes: minutes, loginFailures: failures, otpGatewayURL: gateway)
        }
    }
}
