import BankAPI
import Ledger
import NIOCore
import NIOPosix
import Testing

/// A websocket client that can also do everything wrong.
final class Client {
    typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    enum Received: Equatable {
        case message(JSONValue)
        case pong([UInt8])
        case ping
        case close(UInt16)
        /// The connection ended.
        case end
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    let channel: any NIOCore.Channel
    private var buffer = ByteBuffer()
    /// The answer to the handshake.
    private(set) var head = ""

    /// Connects without a handshake, and lends the client to `body`.
    static func connect(
        _ wire: Wire, receiveBuffer: Int32? = nil,
        _ body: (Client) async throws -> Void
    ) async throws {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: wire.port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try Channel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        try await channel.executeThenClose { inbound, outbound in
            try await body(
                Client(inbound.makeAsyncIterator(), outbound, channel.channel))
        }
    }

    /// Opens a websocket.
    static func open(
        _ wire: Wire, receiveBuffer: Int32? = nil,
        _ body: (Client) async throws -> Void
    ) async throws {
        try await connect(wire, receiveBuffer: receiveBuffer) { client in
            try await client.shakeHands()
            #expect(client.head.hasPrefix("HTTP/1.1 101 "))
            #expect(try await client.next().type == "hello")
            try await body(client)
        }
    }

    /// Opens one, authenticated as the customer of this number.
    static func live(
        _ wire: Wire, as number: UInt64, receiveBuffer: Int32? = nil,
        _ body: (Client) async throws -> Void
    ) async throws {
        try await open(wire, receiveBuffer: receiveBuffer) { client in
            try await client.say(#"{"type":"auth","token":"\#(number)"}"#)
            #expect(try await client.next()["status"] == .string("success"))
            try await body(client)
        }
    }

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ channel: any NIOCore.Channel
    ) {
        self.inbound = inbound
        self.outbound = outbound
        self.channel = channel
    }

    func shakeHands(_ path: String = "/ws", headers: String = "") async throws {
        try await send(
            Array(
                ("GET \(path) HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\(headers)\r\n").utf8))
        try await readHead()
    }

    func readHead() async throws {
        while true {
            let text = String(buffer: buffer)
            if let end = text.firstRange(of: "\r\n\r\n") {
                head = String(text[..<end.upperBound])
                buffer.moveReaderIndex(forwardBy: head.utf8.count)
                return
            }
            guard let more = try await inbound.next(isolation: #isolation) else { return }
            buffer.writeImmutableBuffer(more)
        }
    }

    /// Reads that many bytes away.
    func skip(_ count: Int) async throws {
        while buffer.readableBytes < count {
            guard let more = try await inbound.next(isolation: #isolation) else { return }
            buffer.writeImmutableBuffer(more)
        }
        buffer.moveReaderIndex(forwardBy: count)
    }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Sends nothing more; what comes can still be read.
    func sendEnd() { outbound.finish() }

    func say(_ text: String) async throws { try await send(Frame.bytes(0x81, Array(text.utf8))) }

    /// The next thing from the server; pings are passed over.
    func receive() async throws -> Received {
        while true {
            if let received = try parse() {
                if received != .ping { return received }
                continue
            }
            guard let more = try? await inbound.next(isolation: #isolation) else { return .end }
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(more)
        }
    }

    /// The next message; fails the test for anything else.
    func next() async throws -> JSONValue {
        let received = try await receive()
        guard case .message(let message) = received else {
            Issue.record("\(received)")
            return .null
        }
        return message
    }

    /// The next message of this type; others are passed over.
    func next(_ type: String) async throws -> JSONValue {
        while true {
            let received = try await receive()
            guard case .message(let message) = received else {
                Issue.record("\(received) instead of \(type)")
                return .null
            }
            if message.type == type { return message }
        }
    }

    /// Reads to the server's close; nil if there was none before the connection's end.
    func closeCode() async throws -> UInt16? {
        while true {
            switch try await receive() {
            case .close(let code): return code
            case .end: return nil
            case .message, .pong, .ping: continue
            }
        }
    }

    /// A server's frame: final, unmasked, no extension.
    private func parse() throws -> Received? {
        var copy = buffer
        guard let first: UInt8 = copy.readInteger(), let second: UInt8 = copy.readInteger() else {
            return nil
        }
        #expect(second & 0x80 == 0 && first & 0xF0 == 0x80)
        var count = Int(second)
        if second == 126 {
            guard let length: UInt16 = copy.readInteger() else { return nil }
            count = Int(length)
        }
        guard let payload = copy.readBytes(length: count) else { return nil }
        buffer = copy
        switch first & 0x0F {
        case 0x1: return .message(try JSONParser.parse(payload))
        case 0x8:
            return .close(payload.count < 2 ? 1005 : UInt16(payload[0]) << 8 | UInt16(payload[1]))
        case 0x9: return .ping
        default: return .pong(payload)
        }
    }
}

extension JSONValue {
    var type: String? { self["type"]?.string }
    var seq: Int64? { self["seq"]?.integer }
}
