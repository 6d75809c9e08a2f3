import ArgumentParser
import Foundation
import Glibc

/// What the kernel gives: one message to many sockets by a bare loop, a write for each. It waits
/// for who does not read, and knows nothing of clients: the measure that a fan-out is compared
/// with.
struct FanOut: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out",
        abstract: "Sends messages to many plain websockets by a bare loop.",
        discussion: """
            Listens on 127.0.0.1 until so many sockets are there, sends them messages of --bytes \
            with the time of their writing at the end, and ends. Says what it used of a processor.
            """)

    @Option(help: "Port on 127.0.0.1.") var port: UInt16
    @Option(help: "Sockets to wait for.") var sockets = 1_000
    @Option(help: "Messages a second; 0: as fast as they are taken.") var rate = 0.0
    @Option(help: "Messages to send.") var messages = 1_000
    @Option(help: "Bytes of a message's text, 126 to 60000.") var bytes = 300

    func validate() throws {
        guard 1...60_000 ~= sockets, 0...1e6 ~= rate, 1...10_000_000 ~= messages,
            126...60_000 ~= bytes
        else { throw ValidationError("a number is out of its range") }
    }

    func run() throws {
        let listener = try PlainSocket.listen(port: port)
        let clients = try (0..<sockets).map { _ in try listener.acceptWebsocket() }
        // As the others do: the sockets are all open before the first message.
        Thread.sleep(forTimeInterval: 1)
        let (began, used) = (ContinuousClock.now, Self.processorSeconds())
        for number in 0..<messages {
            if rate > 0 {
                let wait = began + .seconds(Double(number) / rate) - ContinuousClock.now
                if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
            }
            let frame = Self.frame(bytes: bytes)
            for client in clients { try client.writeAll(frame) }
        }
        let seconds = Self.processorSeconds() - used
        print(#"{"deliveries":\#(messages * sockets),"processorSeconds":\#(seconds)}"#)
        clients.first?.waitForEnd()
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
