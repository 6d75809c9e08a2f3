import ArgumentParser
import BankCore
import BankStorage
import Ledger
import ServiceKit

/// `bankctl unlock`: for a customer who can't get in because somebody else guesses.
struct UnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Forgets the wrong guesses at a customer's log-in.")

    @Option(help: "The customer's e-mail.")
    var email: String

    func run() async throws {
        let key = EmailAddress.key(of: email)
        try await withBank { database, _ in
            let customer = try await MongoCustomerDirectory(database).customer(emailKey: key)
            var subjects: [GuessSubject] = [
                .logIn(emailKey: key, address: .unknown, device: nil)
            ]
            if let customer {
                subjects += [.code(customer.id, device: nil), .password(customer.id)]
            }
            let counters = subjects.flatMap {
                $0.counters(RateLimit(count: 1, windowSeconds: 1))
            }
            // As if the last guess had been right.
            let limits = MongoGuessLimits(database, ids: IdentifierGenerator(clock: .system))
            try await limits.succeed(
                GuessAttempt(id: "", counters: counters.filter(\.isForgiving)))
        }
    }
}
