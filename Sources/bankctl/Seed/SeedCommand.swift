import ArgumentParser
import BankAPI
import BankStorage
import Foundation
import Ledger
import ServiceKit

/// Fills a bank for load tests, straight through the storage.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Makes customers and accounts with money in them, for load tests.",
        discussion: """
            Opening balances are real postings from the bank's own cash, so that the books stay \
            right. With --tokens, each account's owner gets an access token, as JSON lines of \
            customerId, accountId, number and token.
            """)

    @Option(help: "How many customers.")
    var customers: Int = 100

    @Option(help: "How many accounts in all, spread over the customers. One each by default.")
    var accounts: Int?

    @Option(help: "ISO 4217.", transform: Self.currency)
    var currency: Currency?

    @Option(help: "What each account begins with, in minor units.")
    var balance: Int64 = 1_000_000

    @Option(help: "The password of all of them.")
    var password: String = DemoCustomer.password

    @Option(help: "Write access tokens to this file (JWT_SECRET is needed).")
    var tokens: String?

    @Option(help: "How long the tokens live, in minutes.")
    var tokenMinutes: Int64 = 720

    @Flag(help: "The result as JSON.")
    var json = false

    private static let accountsMax = 10_000_000

    private static func currency(_ text: String) throws -> Currency {
        guard let currency = Currency(text) else {
            throw ValidationError("\(text) is no currency of ISO 4217.")
        }
        return currency
    }

    func validate() throws {
        guard customers >= 1, customers <= accounts ?? customers,
            accounts ?? customers <= Self.accountsMax
        else {
            throw ValidationError(
                "--customers: at least 1; --accounts: at least one each, "
                    + "at most \(Self.accountsMax).")
        }
        guard (0...Money.minorUnitsMax).contains(balance) else {
            throw ValidationError("--balance: 0 to \(Money.minorUnitsMax).")
        }
        guard (1...1_440).contains(tokenMinutes) else {
            throw ValidationError("--token-minutes: 1 to 1440.")
        }
    }

    func run() async throws {
        guard let currency = currency ?? Currency("USD") else {
            throw ValidationError("--currency")
        }
        let plan = SeedPlan(
            customers: customers, accounts: accounts ?? customers, currency: currency,
            balance: balance,
            passwordHash: try await PasswordHasher(threads: 1).hash(Secret(password)))
        let startedAt = ContinuousClock.now
        let seeded = try await withBank { database, settings in
            guard tokens == nil || settings.jwtSecret != nil else {
                throw stop(.configuration, "JWT_SECRET: is needed for --tokens")
            }
            let store = MongoLedgerStore(
                database, clock: .system, identifiers: IdentifierGenerator(clock: .system))
            let seeded = try await Seeder(plan, store: store).run()
            try writeTokens(seeded, secret: settings.jwtSecret)
            return seeded
        }
        report(seeded.count, in: ContinuousClock.now - startedAt)
    }

    private func writeTokens(_ accounts: [SeededAccount], secret: Secret?) throws {
        guard let tokens, let secret else { return }
        let issuer = AccessTokens(secret: secret, lifetimeSeconds: tokenMinutes * 60)
        try TokenFile.write(accounts, to: tokens, issuer: issuer)
    }

    private func report(_ count: Int, in time: Duration) {
        if json {
            Console.json { json in
                json.member("customers", customers)
                json.member("accounts", count)
            }
        } else {
            Console.data("\(customers) customers, \(count) accounts in \(time.seconds) s")
        }
    }
}
