import ArgumentParser
import Foundation
import Logging
import Mongo

/// What MongoDB gives on this machine: the bank's documents written by a bare loop, without HTTP,
/// tokens, rules or checks. The measure that the bank's own speed is compared with.
@main
struct BenchRaw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-raw",
        abstract: "Measures the bare database with the bank's documents.",
        discussion: """
            Writes transfers as the bank does, in a database of its own that it drops at the end: \
            two accounts updated, a journal entry and a block inserted, committed by the majority \
            and journaled. Without --batch it measures a set of scenarios one after another. \
            Results go to standard output, progress to standard error.
            """,
        version: "bench-raw 0.1.0", subcommands: [FanOut.self])

    @Option(help: "A replica set; else the environment's MONGO_URL.")
    var mongoURL: String?

    @Option(help: "Transfers a transaction, 1 to 1000.")
    var batch: Int?

    @Option(help: "Transactions in flight at once, 1 to 64.")
    var writers = 1

    @Flag(help: "All transfers into one account.")
    var hot = false

    @Option(help: "Seconds a scenario, up to 600.")
    var seconds = 5.0

    @Option(help: "Accounts, 2 to 1000000.")
    var accounts = 10_000

    @Flag(help: "Results as JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(batch ?? 1), (1...64).contains(writers),
            (0.1...600).contains(seconds), (2...1_000_000).contains(accounts)
        else { throw ValidationError("a number is out of its range") }
    }

    func run() async throws {
        guard let uri = mongoURL ?? ProcessInfo.processInfo.environment["MONGO_URL"] else {
            throw ValidationError("--mongo-url, or MONGO_URL in the environment, is needed")
        }
        var settings = MongoSettings(
            uri: uri, database: "bench-raw-\(UInt32.random(in: 0 ... .max))",
            applicationName: "bench-raw")
        settings.poolSize = 64
        let database = try MongoDatabase(settings, logger: Logger(label: "bench-raw"))
        let results: Result<[Measurement], any Error>
        do {
            results = .success(try await measure(database))
        } catch {
            results = .failure(error)
        }
        try? await database.run { try $0.dropDatabase() }
        await database.shutDown()
        try show(try results.get())
    }

    private func measure(_ database: MongoDatabase) async throws -> [Measurement] {
        try await database.requireReplicaSet()
        var measurements: [Measurement] = []
        for scenario in scenarios {
            try await scenario.prepare(database)
            let measurement = try await scenario.measure(database, for: .seconds(seconds))
            say("\(scenario.name): \(Int(measurement.rate)) transfers/s")
            measurements.append(measurement)
        }
        return measurements
    }

    private var scenarios: [Scenario] {
        if let batch {
            return [Scenario(batch: batch, writers: writers, hot: hot, accounts: accounts)]
        }
        return [
            (1, 1, false), (1, 16, false), (1, 16, true), (64, 1, false), (256, 1, false),
            (256, 1, true),
        ].map {
            Scenario(batch: $0.0, writers: $0.1, hot: $0.2, accounts: accounts)
        }
    }

    private func show(_ measurements: [Measurement]) throws {
        guard json else {
            for measurement in measurements { print(measurement.line) }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let one = batch == nil ? nil : measurements.first
        let data = try one.map(encoder.encode) ?? encoder.encode(["results": measurements])
        print(String(decoding: data, as: UTF8.self))
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
