import ArgumentParser
import BSON
import Foundation
import Glibc
import Logging
import Mongo

/// What the kernel gives: one message to many sockets by a bare loop, a write for each. It waits
/// for who does not read, and knows nothing of clients: the measure that a fan-out is compared
/// with.
struct FanOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Sends messages to many plain websockets by a bare loop.",
        discussion: """
            Listens on 127.0.0.1 until so many sockets are there, sends them messages of --bytes \
            with the time of their writing at the end, and ends. With --follow it sends a message for \
            each entry of a bank's journal, when a change stream of MONGO_URL's gives it: so they \
            come as unevenly as the bank's. Says what it used of a processor.
            """)

    @Option(help: "Port on 127.0.0.1.") var port: UInt16
    @Option(help: "Sockets to wait for.") var sockets = 1_000
    @Option(help: "Messages a second; 0: as fast as they are taken.") var rate = 0.0
    @Option(help: "Messages to send.") var messages = 1_000
    @Option(help: "Bytes of a message's text, 126 to 60000.") var bytes = 300
    @Option(help: "The bank's database.") var follow: String?

    func validate() throws {
        guard 1...60_000 ~= sockets, 0...1e6 ~= rate, 1...10_000_000 ~= messages,
            126...60_000 ~= bytes
        else { throw ValidationError("a number is out of its range") }
    }

    func run() async throws {
        let listener = try PlainSocket.listen(port: port)
        let clients = try (0..<sockets).map { _ in try listener.acceptWebsocket() }
        // As the others do: the sockets are all open before the first message.
        try await Task.sleep(for: .seconds(1))
        let used = Self.processorSeconds()
        if let follow {
            try await send(to: clients, following: follow)
        } else {
            try await sendPaced(to: clients)
        }
        let seconds = Self.processorSeconds() - used
        print(#"{"deliveries":\#(messages * sockets),"processorSeconds":\#(seconds)}"#)
        clients.first?.waitForEnd()
    }

    private func sendPaced(to clients: [PlainSocket]) async throws {
        let began = ContinuousClock.now
        for number in 0..<messages {
            if rate > 0 { try await Task.sleep(until: began + .seconds(Double(number) / rate)) }
            let frame = Self.frame(bytes: bytes)
            for client in clients { try client.writeAll(frame) }
        }
    }

    private func send(to clients: [PlainSocket], following bank: String) async throws {
        guard let uri = ProcessInfo.processInfo.environment["MONGO_URL"] else {
            throw ValidationError("MONGO_URL in the environment is needed")
        }
        let database = try MongoDatabase(
            MongoSettings(uri: uri, database: bank, applicationName: "bench-raw"),
            logger: Logger(label: "bench-raw"))
        let entries = ChangeFeedOptions(
            pipeline: [["$match": ["operationType": "insert"]]], collection: "transactions")
        try await database.withChangeFeed(entries) { feed in
            var left = messages
            while left > 0 {
                let batch = try await feed.next()
                // Of the whole batch: who waits for those before it waits from now on.
                let frame = Self.frame(bytes: bytes)
                for _ in batch.events.prefix(left) {
                    for client in clients { try client.writeAll(frame) }
                    left -= 1
                }
            }
        }
        await database.shutDown()
    }

    /// A text frame, unmasked: `{"type":"transaction","data":"…","sentAt":"…"}`.
    private static func frame(bytes: Int) -> [UInt8] {
        let end =
            #"","sentAt":"\#(Date.now.formatted(Self.time))"}"#
        let start = #"{"type":"transaction","data":""#
        let filling = String(
            repeating: "x", count: max(0, bytes - start.utf8.count - end.utf8.count))
        let text = Array((start + filling + end).utf8)
        return [0x81, 126, UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text
    }

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { sum, time in
            sum + Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
    }
}
