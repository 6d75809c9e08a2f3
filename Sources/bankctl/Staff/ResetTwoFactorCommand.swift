import ArgumentParser
import BankCore
import BankStorage

/// `bankctl reset-two-factor`: for a customer who lost phone and recovery codes.
struct ResetTwoFactorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-two-factor",
        abstract: "Lets a customer in with the password alone, until they set a second factor.")

    @Option(help: "The customer's e-mail.")
    var email: String

    func run() async throws {
        let key = EmailAddress.key(of: email)
        let isKnown = try await withBank { database, _ in
            let directory = MongoCustomerDirectory(database)
            guard let customer = try await directory.customer(emailKey: key) else { return false }
            try await MongoTwoFactors(database).set(.none, of: customer.id)
            return true
        }
        guard isKnown else {
            Console.note("bankctl: there is no customer with this e-mail")
            throw ArgumentParser.ExitCode.failure
        }
    }
}
