import ArgumentParser
import BankAPI
import BankStorage
import Ledger
import Logging
import Realtime
import ServiceKit

/// Follows one request from its arrival to the browsers.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Follows one request: received, committed, seen, sent, acknowledged.",
        discussion: """
            Clients may choose their request IDs, so that several customers may have used the \
            same one: all are shown, by customer. Ends with 1 if nothing is known of it.
            """)

    @Argument(help: "The X-Request-ID.")
    var requestID: String

    @Flag(help: "As the HTTP API gives it to staff.")
    var json = false

    func validate() throws {
        guard RequestID.isValid(requestID) else {
            throw ValidationError("A request ID is 1 to 64 of A-Z a-z 0-9 . _ -")
        }
    }

    func run() async throws {
        let id = requestID
        let viewer = Viewer(customerID: CustomerID(high: 0, low: 0), isStaff: true)
        let trace = try await withBank { database, settings in
            try await Traces(
                journal: MongoJournalReader(database),
                store: MongoInteractions(
                    database, keptDays: 1, logger: Logger(label: "bankctl"))
            ).trace(id, for: viewer)
        }
        guard let trace else {
            Console.note("Nothing is known of \(id).")
            throw ArgumentParser.ExitCode(1)
        }
        if json {
            Console.data(
                String(decoding: JSONWriter.bytes { $0.trace(trace, for: viewer) }, as: UTF8.self))
        } else {
            for line in TraceText(trace).lines { Console.data(line) }
        }
    }
}
