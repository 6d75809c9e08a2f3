import ArgumentParser
import AsyncHTTPClient
import Foundation
import Ledger

/// `bank-load replay`: a bank's export, movement by movement, through the HTTP API.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replays a bank's export through POST /transactions and compares the balances.",
        discussion: """
            Opens an account for each of the file's (with an overdraft where the sums go below \
            zero), posts every row as a deposit or withdrawal in its account's order, and compares \
            every balance with the sum of its rows. A second run moves nothing. Bad rows are \
            reported before anything moves. The staff member's password comes from the environment \
            variable STAFF_PASSWORD or, with --password-stdin, from standard input.
            """)

    @OptionGroup var target: TargetOptions
    @Option(help: "The export: CSV with a header (RFC 4180).", completion: .file()) var csv: String
    @Option(help: "E-mail of the staff member who posts.") var staffEmail: String
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @Option(help: "Name of this replay: a-z, 0-9 and -; the file's name if left out.")
    var name: String?
    @Option(help: "Currency of the file.") var currency = "CZK"
    @Option(help: "Accounts at once.") var concurrency = 64
    @Option(help: "Report closing balances that differ from the file's by more, minor units.")
    var tolerance: Int64 = 50
    @Flag(help: "The result as JSON.") var json = false
    @OptionGroup(title: "Columns") var columns: ColumnArguments

    func validate() throws {
        guard target.endpoint != nil else { throw ValidationError(TargetOptions.urlHelp) }
        guard 1...10_000 ~= concurrency else { throw ValidationError("--concurrency: 1 to 10000") }
        guard tolerance >= 0 else { throw ValidationError("--tolerance: 0 or more") }
        guard Currency(currency) != nil else { throw ValidationError("--currency: ISO 4217") }
        guard Self.isName(replayName) else {
            throw ValidationError("--name: 1 to 30 of a-z, 0-9 and - (\"\(replayName)\" is not)")
        }
        guard columns.delimiter.utf8.count == 1 else {
            throw ValidationError("--delimiter: one character")
        }
    }

    /// `--name`, else the file's name without its ending, as far as it is allowed in one.
    var replayName: String {
        if let name { return name }
        let file = csv.split(separator: "/").last ?? ""
        let stem = file.split(separator: ".").first ?? ""
        let letters = stem.lowercased().map { Self.isNameCharacter($0) ? $0 : "-" }
        return String(String(letters).prefix(30))
    }

    private static func isName(_ text: String) -> Bool {
        1...30 ~= text.utf8.count && text.allSatisfy(isNameCharacter)
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("0"..."9").contains(character) || character == "-"
    }

    func run() async throws {
        let console = Console()
        let result = try await Self.reporting(console) {
            guard let endpoint = target.endpoint, let currency = Currency(currency) else {
                throw ValidationError(TargetOptions.urlHelp)
            }
            let plan = try ExportFile.plan(
                path: csv, options: columns.options(currency), delimiter: columns.delimiter,
                console: console)
            let password = try password()
            return try await HTTPClient.withHTTPClient { http in
                try await ReplayRun(
                    options: self, endpoint: endpoint, plan: plan, password: password,
                    bank: BankClient(http: http, url: target.url), console: console
                ).run()
            }
        }
        console.result(json ? result.json : result.text)
        if !result.isExact { throw ExitCode(1) }
    }

    private func password() throws -> String {
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw ValidationError("no password on standard input")
            }
            return line
        }
        let password = ProcessInfo.processInfo.environment["STAFF_PASSWORD"] ?? ""
        guard !password.isEmpty else {
            throw ValidationError("set STAFF_PASSWORD, or give --password-stdin")
        }
        return password
    }
}

/// How the file calls its columns; the defaults are those of the Czech bank's file.
struct ColumnArguments: ParsableArguments {
    @Option(help: "Unique id of a row.") var idColumn = "id"
    @Option(help: "Account of a row.") var accountColumn = "account"
    @Option(help: "Amount, minor units.") var amountColumn = "amountMinor"
    @Option(help: "Direction; without it the amount's sign tells. (default: direction, if there)")
    var directionColumn: String?
    @Option(help: "What stands there for money in.") var credit = "credit"
    @Option(help: "What stands there for money out.") var debit = "debit"
    @Option(help: "Becomes the description. (default: kind, if there)") var kindColumn: String?
    @Option(help: "yyyy-mm-dd. (default: date, if there)") var dateColumn: String?
    @Option(help: "The file's running balance. (default: balanceMinor, if there)")
    var balanceColumn: String?
    @Flag(help: "Amounts are like 12.50, not minor units.") var majorUnits = false
    @Option(help: "What separates the fields.") var delimiter = ","

    func options(_ currency: Currency) -> ColumnOptions {
        var options = ColumnOptions()
        options.id = idColumn
        options.account = accountColumn
        options.amount = amountColumn
        options.direction = directionColumn
        options.credit = credit
        options.debit = debit
        options.kind = kindColumn
        options.date = dateColumn
        options.balance = balanceColumn
        options.decimals = majorUnits ? currency.exponent : 0
        return options
    }
}
