import ArgumentParser

/// The load client: it drives a bank over HTTP and then checks that no money was lost or made.
@main
struct BankLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank-load",
        abstract: "Puts load on a bank over HTTP, measures it, and checks the money afterwards.",
        discussion: """
            Results go to standard output, progress to standard error. Exit status: 0 all well; \
            1 the bank broke a promise, or the run could not be finished; 2 a threshold was \
            missed; 64 wrong usage.
            """,
        version: Self.version,
        subcommands: [TransfersCommand.self, ReplayCommand.self, SocketsCommand.self])

    static let version = "bank-load 0.1.0"
}
