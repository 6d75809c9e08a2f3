import Ledger
import Testing

@Suite struct SimulationTests {
    /// The commands of all runs together.
    static let commandCount = 1_000_000
    static let commandsPerRun = 100
    /// Runs are split into this many tests, which may run at once.
    static let parts = 8

    @Test(arguments: 0..<parts)
    func `a million random commands do to the ledger what they do to a dumb model`(
        part: Int
    ) {
        let simulation = Simulation(fault: nil, commandsPerRun: Self.commandsPerRun)
        let runs = Self.commandCount / Self.commandsPerRun
        for seed in stride(from: part, to: runs, by: Self.parts) {
            if let failure = simulation.run(seed: UInt64(seed)) {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func `a wrong rule is found within thirty thousand commands`(fault: Fault) {
        let simulation = Simulation(fault: fault, commandsPerRun: Self.commandsPerRun)
        let failure = (0..<300).lazy.compactMap { simulation.run(seed: UInt64($0)) }.first
        #expect(failure != nil, "the simulation does not see \(fault)")
    }

    @Test func `what is found is told by few commands`() throws {
        let simulation = Simulation(fault: .floorOffByOne, commandsPerRun: 100)
        let failure = try #require((0..<100).lazy.compactMap { simulation.run(seed: $0) }.first)
        #expect(failure.commands.count <= 5)
    }

    @Test func `random commands meet every rule again and again`() {
        var counts: [String: Int] = [:]
        for seed in 0..<500 {
            var generator = CommandGenerator(seed: UInt64(seed))
            var book = World.book()
            for _ in 0..<Self.commandsPerRun {
                switch book.perform(generator.next(for: book)) {
                case .refused(let refusal): counts[refusal.rawValue, default: 0] += 1
                case .rejected(let rejection): counts["\(rejection)", default: 0] += 1
                case .posted, .held: counts["posted", default: 0] += 1
                case .replayed: counts["replayed", default: 0] += 1
                case .opened: counts["opened", default: 0] += 1
                case .changed: counts["changed", default: 0] += 1
                }
            }
        }
        let wanted =
            Refusal.allCases.map(\.rawValue) + Rejection.allCases.map { "\($0)" }
            + ["posted", "replayed", "opened", "changed"]
        for name in wanted {
            #expect(counts[name, default: 0] >= 30, "\(name): \(counts[name, default: 0]) times")
        }
    }
}
