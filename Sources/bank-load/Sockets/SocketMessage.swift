import BankAPI
package import Ledger
package import NIOCore

/// What a load socket wants to know of a message of bank-websocket.
package enum SocketMessage: Equatable, Sendable {
    case hello
    case authenticated(Bool)
    /// The position of each account.
    case subscribed([AccountID: Int64])
    case entry(AccountID, seq: Int64, committedAt: Timestamp, sentAt: Timestamp)
    /// A pushed message of which only the time of its writing was looked for.
    case skimmed(sentAt: Timestamp?)
    /// Counted by its type alone.
    case other(String)

    /// Nil for what is no message of the protocol.
    package init?(_ text: [UInt8]) {
        guard let json = try? JSONParser.parse(text), let type = json["type"]?.string else {
            return nil
        }
        switch type {
        case "hello": self = .hello
        case "auth": self = .authenticated(json["status"]?.string == "success")
        case "subscribed":
            var positions: [AccountID: Int64] = [:]
            for account in json["accounts"]?.array ?? [] {
                guard let (id, seq) = Self.place(account) else { return nil }
                positions[id] = seq
            }
            self = .subscribed(positions)
        case "transaction":
            guard let (id, seq) = Self.place(json),
                let committedAt = json["committedAt"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
                let sentAt = json["sentAt"]?.string.flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            self = .entry(id, seq: seq, committedAt: committedAt, sentAt: sentAt)
        default: self = .other(type)
        }
    }

    /// Looks no farther than the end, where a push has its `sentAt`: `…,"sentAt":"…"}`.
    package init(skimming text: ByteBuffer) {
        let time = text.readerIndex + text.readableBytes - Self.timeEnd
        let string = text.getString(at: max(time, text.readerIndex), length: Self.timeBytes)
        self = .skimmed(sentAt: string.flatMap { Timestamp(rfc3339: $0) })
    }
    /// `2026-11-21T08:30:08.465Z`, and `"}` behind it.
    private static let timeBytes = 24
    private static let timeEnd = timeBytes + 2

    /// The name under which it is counted.
    package var type: String {
        switch self {
        case .hello: "hello"
        case .authenticated: "auth"
        case .subscribed: "subscribed"
        case .entry, .skimmed: "transaction"
        case .other(let type): type
        }
    }

    private static func place(_ json: JSONValue) -> (AccountID, Int64)? {
        guard let id = json["accountId"]?.string.flatMap({ AccountID($0) }),
            let seq = json["seq"]?.integer
        else { return nil }
        return (id, seq)
    }
}
