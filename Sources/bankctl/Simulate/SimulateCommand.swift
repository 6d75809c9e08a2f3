import ArgumentParser
import BankAPI
import Foundation

/// Live traffic for a sandbox: demo customers who send each other money, through HTTP.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Moves random amounts between demo customers, as their browsers would.",
        discussion: """
            Signs the demo customers up if the bank does not know them yet. For sandboxes: their \
            password is public.
            """)

    @Option(help: "Transfers a second.")
    var rate: Double = 2

    @Option(help: "How long, in seconds. Without it, until it is stopped.")
    var seconds: Double?

    @Option(help: "How many demo customers take part, 2 to \(DemoCustomer.all.count).")
    var customers: Int = 4

    @Option(help: "The bank's address. Also from BANK_URL.")
    var bankURL: String = ProcessInfo.processInfo.environment["BANK_URL"] ?? "http://localhost:3000"

    @Flag(help: "The result as JSON.")
    var json = false

    func validate() throws {
        guard rate > 0, rate <= 1_000 else { throw ValidationError("--rate: 0.001 to 1000.") }
        guard (2...DemoCustomer.all.count).contains(customers) else {
            throw ValidationError("--customers: 2 to \(DemoCustomer.all.count).")
        }
        guard seconds.map({ $0 > 0 }) != false else {
            throw ValidationError("--seconds: more than 0.")
        }
    }

    func run() async throws {
        let bank = BankClient(address: bankURL)
        var payers: [DemoPayer] = []
        for customer in DemoCustomer.all.prefix(customers) {
            payers.append(try await DemoPayer.enter(customer, bank))
        }
        Console.begin("\(payers.count) demo customers, \(rate) transfers a second")
        var simulation = Simulation(payers: payers, bank: bank)
        try await simulation.run(
            interval: .seconds(1 / rate), until: seconds.map { .now + .seconds($0) })
        report(simulation.tally)
    }

    private func report(_ tally: Simulation.Tally) {
        if json {
            Console.json { json in
                json.member("posted", tally.posted)
                json.member("refused", tally.refused)
                json.member("failed", tally.failed)
            }
        } else {
            Console.data(tally.description)
        }
    }
}
