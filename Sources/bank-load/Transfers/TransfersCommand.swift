import ArgumentParser
import Foundation
import NIOCore

/// `bank-load transfers`: transfers between seeded accounts, as fast as the bank goes or at a
/// constant rate.
struct TransfersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfers",
        abstract: "Sends transfers between seeded accounts, measures, and checks the money.",
        discussion: """
            Every request has a key of its own and its payer's token. At the end, requests whose \
            outcome is unknown are repeated with their keys, and every account must have moved by \
            exactly what was acknowledged. Other traffic on the same accounts would be reported \
            as a violation: leave it off, or give --no-check.
            """)

    @OptionGroup var target: TargetOptions
    @Option(help: "JSON lines of `bankctl seed --tokens`.", completion: .file())
    var tokens: String
    @Option(help: "Connections, each with one request at a time.") var connections = 256
    @Option(help: "Measured seconds.") var seconds: Double?
    @Option(help: "Transfers to send, instead of --seconds.") var count: Int?
    @Option(help: "Seconds before the measured ones.") var warmUp = 2.0
    @Option(help: "Open model: arrivals a second, whatever the bank does.") var rate: Double?
    @Flag(help: "Everything into the first account.") var hot = false
    @Option(help: "Amounts are from 1 to this, minor units.") var amountMax: Int64 = 100
    @Option(help: "Currency of the accounts.") var currency = "USD"
    @Option(help: "Seed of the choice of accounts and amounts.") var seed: UInt64 = 1
    @Flag(inversion: .prefixedNo, help: "Check the money at the end.") var check = true
    @Flag(help: "The result as JSON.") var json = false
    @OptionGroup(title: "Thresholds (missed: exit status 2)") var thresholds: Thresholds

    func validate() throws {
        guard target.endpoint != nil else { throw ValidationError(TargetOptions.urlHelp) }
        guard 1...20_000 ~= connections else {
            throw ValidationError("--connections: 1 to 20000")
        }
        guard seconds == nil || count == nil else {
            throw ValidationError("either --seconds or --count")
        }
        if let seconds, !(0.1...LoadLimit.secondsMax ~= seconds) {
            throw ValidationError("--seconds: 0.1 to \(LoadLimit.secondsMax)")
        }
        if let count, !(1...LoadLimit.countMax ~= count) {
            throw ValidationError("--count: 1 to \(LoadLimit.countMax)")
        }
        if let rate, !(0.1...1e6 ~= rate) { throw ValidationError("--rate: 0.1 to 1000000") }
        guard 0...600 ~= warmUp else { throw ValidationError("--warm-up: 0 to 600 seconds") }
        guard 1...1_000_000_000 ~= amountMax else {
            throw ValidationError("--amount-max: 1 to 1000000000")
        }
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ 0x41...0x5A ~= $0 }) else {
            throw ValidationError("--currency: three upper-case letters")
        }
    }

    func run() async throws {
        guard let endpoint = target.endpoint else { throw ValidationError(TargetOptions.urlHelp) }
        let console = Console()
        let payers = try Payer.read(jsonLines: InputFile.bytes(at: tokens))
        let result = try await Self.reporting(console) {
            try await TransfersRun(
                options: self, endpoint: endpoint, payers: payers, console: console
            ).run()
        }
        console.result(json ? result.json(self) : result.text(self))
        let missed = thresholds.missed(by: result)
        for line in missed { console.bad(line) }
        guard result.check?.holds ?? true else { throw ExitCode(1) }
        guard missed.isEmpty else { throw ExitCode(2) }
    }

    var plan: TransfersWork.Plan {
        TransfersWork.Plan(
            pace: rate.map { .open(rate: $0) } ?? .closed,
            limit: count.map { .count($0) } ?? .seconds(seconds ?? 10),
            warmUp: count == nil ? .nanoseconds(Int64(warmUp * 1e9)) : .zero,
            connections: connections)
    }
}

extension AsyncParsableCommand {
    /// Says what stopped the run, in a line, and ends with status 1.
    static func reporting<Result>(
        _ console: Console, _ body: () async throws -> Result
    ) async throws -> Result {
        do { return try await body() } catch let exit as ExitCode { throw exit } catch {
            console.bad("bank-load: \(error)")
            throw ExitCode(1)
        }
    }
}

/// Where the bank is.
struct TargetOptions: ParsableArguments {
    static let urlHelp = "--url: http://host:port of bank-core, without a path"

    @Option(help: "Address of bank-core, http://host:port.") var url = "http://127.0.0.1:3000"
    @Option(help: "Seconds after which a request counts as unknown.") var requestTimeout = 10.0

    var endpoint: WireEndpoint? { WireEndpoint(url: url) }

    func settings(connections: Int) -> WireSettings {
        var settings = WireSettings(connections: connections)
        settings.requestTimeout = .milliseconds(Int64(min(max(requestTimeout, 0.1), 600) * 1000))
        return settings
    }
}

/// A file named on the command line.
enum InputFile {
    static func bytes(at path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path) can't be read")
        }
        return Array(data)
    }
}
