import BankAPI

/// Random transfers at a steady pace, one after another.
struct Simulation {
    struct Tally: CustomStringConvertible {
        var posted = 0
        var refused = 0
        var failed = 0

        var description: String { "\(posted) posted, \(refused) refused, \(failed) failed" }
    }

    /// The largest amount, in minor units.
    static let amountMax: Int64 = 5_000
    private static let attemptsMax = 5
    private static let wordings = [
        "Lunch", "Coffee", "Books", "Train ticket", "Flowers", "Concert", "Groceries", "Rent share",
    ]

    private(set) var tally = Tally()
    private var payers: [DemoPayer]
    private let bank: BankClient
    private let clock = ContinuousClock()

    init(payers: [DemoPayer], bank: BankClient) {
        self.payers = payers
        self.bank = bank
    }

    mutating func run(interval: Duration, until end: ContinuousClock.Instant?) async throws {
        var next = clock.now
        var lastShown = clock.now
        while end.map({ next < $0 }) != false {
            try await clock.sleep(until: next)
            await transfer()
            // What a slow bank made late is not caught up in a burst.
            next = max(next + interval, clock.now)
            if lastShown.duration(to: clock.now) > .seconds(10) {
                lastShown = clock.now
                Console.progress(tally.description)
            }
        }
    }

    private mutating func transfer() async {
        let order = payers.indices.shuffled()
        guard let from = order.first, let to = order.last else { return }
        let payee = payers[to]
        let body = Self.body(
            from: payers[from], to: payee.number, amount: .random(in: 1...Self.amountMax))
        let key = "simulate-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
        for attempt in 1...Self.attemptsMax {
            do throws(BankClientError) {
                _ = try await bank.ask(
                    "POST", "/transactions", token: payers[from].token, key: key, body: body)
                tally.posted += 1
                return
            } catch .refused(status: 401, _) {
                try? await payers[from].logInAgain(bank)
            } catch .refused(status: 409, _), .refused(status: 422, _) {
                tally.refused += 1
                return
            } catch {
                // Unanswered, overloaded: again with the same key, so that it happens once.
                try? await clock.sleep(for: .milliseconds(200 << attempt))
            }
        }
        tally.failed += 1
    }

    private static func body(from payer: DemoPayer, to number: String, amount: Int64) -> JSONValue {
        .object([
            JSONMember(key: "type", value: .string("transfer")),
            JSONMember(key: "from", value: .string(payer.accountID)),
            JSONMember(key: "to", value: .string(number)),
            JSONMember(key: "amount", value: .number(String(amount))),
            JSONMember(key: "currency", value: .string(payer.currency)),
            JSONMember(key: "channel", value: .string("api")),
            JSONMember(key: "description", value: .string(wordings.randomElement() ?? "Gift")),
        ])
    }
}
