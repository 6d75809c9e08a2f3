import Crypto
import NIOCore
import NIOHTTP1
import ServiceKit

/// Looks at a connection's first request: a websocket's handshake that the door lets in turns
/// the channel into a websocket, anything else makes it plain HTTP.
///
/// NIO's own upgrade handler loses the head of an upgrade request that is declined, so that
/// nobody could answer it; hence this one.
final class SocketUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        /// The handshake is right; its request isn't whole yet.
        case upgrading(HTTPRequestHead, SocketEntry, LoopHub)
        /// The HTTP decoder is going; what it had left over comes as bytes.
        case switching([NIOAny])
        case done
    }

    private let server: SocketServer
    private let http: HTTPHandlers
    private let result: EventLoopPromise<NegotiatedChannel.Kind>
    private let serveHTTP: (any Channel) throws -> NegotiatedChannel.Kind
    private var state = State.waiting
    /// The client's end came before there was a websocket to hear of it.
    private var isInputClosed = false

    init(
        server: SocketServer, http: HTTPHandlers,
        result: EventLoopPromise<NegotiatedChannel.Kind>,
        serveHTTP: @escaping (any Channel) throws -> NegotiatedChannel.Kind
    ) {
        self.server = server
        self.http = http
        self.result = result
        self.serveHTTP = serveHTTP
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .waiting:
            if case .head(let head) = unwrapInboundIn(data) { decide(context, head) }
        case .upgrading(let head, let entry, let hub):
            if case .end = unwrapInboundIn(data) { upgrade(context, head, entry, hub) }
        case .switching(let kept): state = .switching(kept + [data])
        case .done: context.fireChannelRead(data)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .switching = state, event as? ChannelEvent == .inputClosed { isInputClosed = true }
        context.fireUserInboundEventTriggered(event)
    }

    private func decide(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        if let entry = server.entry(head, context.channel),
            let hub = server.hub.shard(of: context.eventLoop)
        {
            state = .upgrading(head, entry, hub)
            return
        }
        state = .done
        do {
            result.succeed(try serveHTTP(context.channel))
            context.fireChannelRead(wrapInboundOut(.head(head)))
            // The parser takes nothing after a request that asks for an upgrade.
            if head.headers.contains(name: "upgrade") {
                context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            fail(context, error)
        }
    }

    private func upgrade(
        _ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ entry: SocketEntry,
        _ hub: LoopHub
    ) {
        state = .switching([])
        let pipeline = context.pipeline.syncOperations
        pipeline.removeHandler(http.decoder).assumeIsolated().flatMap {
            context.writeAndFlush(self.wrapOutboundOut(.head(Self.response(to: head))))
        }.flatMap {
            pipeline.removeHandler(self.http.errors)
        }.flatMap {
            pipeline.removeHandler(self.http.encoder)
        }.whenComplete { outcome in
            do {
                try outcome.get()
                try self.finish(context, entry, hub)
            } catch {
                self.fail(context, error)
            }
        }
    }

    private func finish(
        _ context: ChannelHandlerContext, _ entry: SocketEntry, _ hub: LoopHub
    ) throws {
        guard context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let options = context.channel.syncOptions
        try options?.setOption(
            .writeBufferWaterMark, value: .init(low: 32 * 1_024, high: 64 * 1_024))
        try options?.setOption(
            .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2_048))
        let socket = SocketHandler(entry: entry, hub: hub, shared: server.context)
        try context.pipeline.syncOperations.addHandler(socket)
        result.succeed(.websocket)
        guard case .switching(let kept) = state else { return }
        state = .done
        for bytes in kept { context.fireChannelRead(bytes) }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        state = .done
        result.fail(error)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Nothing happens if the first request came: a promise takes one result.
        result.fail(ChannelError.ioOnClosedChannel)
    }

    /// 101, with the proof that the key was read. Source: RFC 6455 section 4.2.2.
    private static func response(to head: HTTPRequestHead) -> HTTPResponseHead {
        let key = head.headers[canonicalForm: "sec-websocket-key"].first ?? ""
        let digest = Insecure.SHA1.hash(data: Array((key + acceptGUID).utf8))
        var headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Accept": Base64.encode(digest),
        ]
        if head.headers[canonicalForm: "sec-websocket-protocol"]
            .contains(where: { $0 == SocketDoor.subprotocol })
        {
            headers.add(name: "Sec-WebSocket-Protocol", value: SocketDoor.subprotocol)
        }
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    }

    private static let acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
}

/// What makes a channel speak HTTP/1.1; it goes when the channel becomes a websocket.
struct HTTPHandlers {
    let encoder = HTTPResponseEncoder()
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    let errors = HTTPServerProtocolErrorHandler()

    init(limits: NIOHTTPDecoderLimitConfiguration) {
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }
}

/// RFC 4648 section 4, with padding.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}
