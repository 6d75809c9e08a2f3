import ArgumentParser
import Foundation

/// `bank-load sockets`: many browsers at once, quiet or with money moving before their eyes.
struct SocketsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sockets",
        abstract: "Opens websockets of seeded customers, listens, and checks that nothing is lost.",
        discussion: """
            Each socket follows its customer's account; with --hot all of them follow the first \
            one. With --rate transfers are sent meanwhile through bank-core. A seq that is missing \
            or comes twice, or a socket that ends before the run does, is an error. The limits of \
            bank-websocket count for it as for anybody: raise WEBSOCKET_CONNECTIONS_PER_IP, and \
            WEBSOCKET_CONNECTIONS_PER_CUSTOMER for --hot.
            """)

    @Option(help: "Address of bank-websocket, http://host:port.")
    var wireURL = "http://127.0.0.1:3001"
    @OptionGroup var target: TargetOptions
    @Option(
        help: "JSON lines of `bankctl seed --tokens`; without: any websocket server, only heard.",
        completion: .file())
    var tokens: String?
    @Option(help: "Path of the websocket.") var path = "/ws"
    @Option(help: "Sockets to hold open.") var sockets = 1_000
    @Option(help: "Sockets to open in a second.") var openRate = 500.0
    @Option(help: "Seconds to listen, once all are open.") var seconds = 10.0
    @Option(help: "Transfers to send in a second meanwhile; 0: none.") var rate = 0.0
    @Option(help: "Connections for the transfers.") var connections = 64
    @Flag(help: "All sockets follow the first account, and all transfers go into it.")
    var hot = false
    @Option(help: "Currency of the accounts.") var currency = "USD"
    @Flag(help: "Only entries, counted and timed, not read: for more than a client can parse.")
    var skim = false
    @Flag(help: "The result as JSON.") var json = false

    var wire: WireEndpoint? { WireEndpoint(url: wireURL) }

    func validate() throws {
        guard target.endpoint != nil else { throw ValidationError(TargetOptions.urlHelp) }
        guard wire != nil else {
            throw ValidationError("--wire-url: http://host:port of bank-websocket, without a path")
        }
        guard 1...60_000 ~= sockets else { throw ValidationError("--sockets: 1 to 60000") }
        guard 1...100_000 ~= openRate else { throw ValidationError("--open-rate: 1 to 100000") }
        guard 0.1...LoadLimit.secondsMax ~= seconds else {
            throw ValidationError("--seconds: 0.1 to \(LoadLimit.secondsMax)")
        }
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw ValidationError("--path: /…")
        }
        guard rate == 0 || tokens != nil else { throw ValidationError("--rate: needs --tokens") }
        guard 0...1e6 ~= rate else { throw ValidationError("--rate: 0 to 1000000") }
        guard 1...20_000 ~= connections else {
            throw ValidationError("--connections: 1 to 20000")
        }
    }

    func run() async throws {
        guard let bank = target.endpoint, let wire else {
            throw ValidationError(TargetOptions.urlHelp)
        }
        let console = Console()
        let payers = try tokens.map { try Payer.read(jsonLines: InputFile.bytes(at: $0)) } ?? []
        let result = try await Self.reporting(console) {
            try await SocketsRun(
                options: self, bank: bank, wire: wire, payers: payers, console: console
            ).run()
        }
        console.result(json ? result.json : result.text)
        guard result.isWhole else { throw ExitCode(1) }
    }
}
