import BankAPI
package import Ledger
package import NIOCore

/// Writes what a websocket would be sent as server-sent events.
///
/// Each has its type as `event`, its JSON as `data`, and as `id` the positions of all accounts so
/// far: what a client that comes back sends as `Last-Event-ID`.
/// Source: WHATWG HTML, section 9.2.
package struct ServerSentEvents: Sendable {
    /// Accounts whose positions one stream keeps: the `id` is sent with every entry.
    package static let accountsMax = 100

    /// The last seq that was written, per account.
    package private(set) var positions: [AccountID: Int64]

    /// - Parameter positions: the last seqs that the client has.
    package init(positions: [AccountID: Int64]) { self.positions = positions }

    /// What goes out for a message; nil for one that is of no use without a way back.
    package mutating func event(_ json: ArraySlice<UInt8>) -> ByteBuffer? {
        guard let message = try? JSONParser.parse(Array(json)),
            let type = message["type"]?.string, type != "hello"
        else { return nil }
        var event = ByteBuffer()
        event.writeString("event: \(type)\n")
        if type == "reconnect", let milliseconds = message["afterMs"]?.integer {
            event.writeString("retry: \(milliseconds)\n")
        }
        if note(message, type: type) { event.writeString("id: \(lastEventID)\n") }
        event.writeStaticString("data: ")
        event.writeBytes(json)
        event.writeStaticString("\n\n")
        return event
    }

    /// Says nothing, and shows that the stream lives.
    package static let heartbeat = ByteBuffer(string: ":\n\n")

    /// How long a client is to wait before it comes back, at the stream's beginning.
    package static func beginning(retryMilliseconds: Int) -> ByteBuffer {
        ByteBuffer(string: "retry: \(retryMilliseconds)\n\n")
    }

    /// Takes note of the positions that a message tells of.
    /// - Returns: whether it tells of any.
    private mutating func note(_ message: JSONValue, type: String) -> Bool {
        switch type {
        case "subscribed":
            for account in message["accounts"]?.array ?? [] {
                guard let (id, seq) = Self.place(account) else { continue }
                // What is replayed comes behind this message: it counts when it is written.
                if positions[id] == nil || account["recovered"] == .bool(false) {
                    positions[id] = seq
                }
            }
            return true
        case "transaction":
            guard let (id, seq) = Self.place(message) else { return false }
            positions[id] = seq
            return true
        default:
            return false
        }
    }

    private static func place(_ json: JSONValue) -> (AccountID, Int64)? {
        guard let id = json["accountId"]?.string.flatMap({ AccountID($0) }),
            let seq = json["seq"]?.integer
        else { return nil }
        return (id, seq)
    }

    /// `acc_…:21,acc_…:7`
    private var lastEventID: String {
        positions.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
            .joined(separator: ",")
    }

    /// The positions in a `Last-Event-ID`; nil for what no stream of ours wrote.
    package static func positions(lastEventID text: String) -> [AccountID: Int64]? {
        var positions: [AccountID: Int64] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":")
            guard pair.count == 2, let id = AccountID(pair[0]), let seq = Int64(pair[1]),
                seq >= 0, positions.count < accountsMax
            else { return nil }
            positions[id] = seq
        }
        return positions
    }
}
