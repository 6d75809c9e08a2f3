import Ledger
import NIOCore
import NIOWebSocket

/// Who a socket belongs to. All calls come on the socket's event loop.
protocol LoadSocketOwner: AnyObject {
    func socket(_ socket: LoadSocket, received message: SocketMessage, bytes: Int)
    /// - Parameter code: the close frame's; 0 where there was none.
    func socketEnded(_ socket: LoadSocket, code: Int)
}

/// One browser: shakes hands, says who it is, subscribes to all accounts and listens. Without a
/// token it only listens.
///
/// The hot loop of a thousand sockets: no pipeline of decoders, no timers.
final class LoadSocket: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let replyBytesMax = 16_384

    let number: Int
    let began: NIODeadline
    /// The next seq of each account.
    var expected: [AccountID: Int64] = [:]
    var isSubscribed = false

    private let plan: SocketPlan
    private let token: String?
    private let owner: any LoadSocketOwner
    private var received = ByteBuffer()
    /// The handshake is over: what comes are frames.
    private var isOpen = false
    private var context: ChannelHandlerContext?
    private var closeCode = 0
    private var hasEnded = false

    init(
        number: Int, plan: SocketPlan, owner: any LoadSocketOwner, began: NIODeadline
    ) {
        self.number = number
        self.plan = plan
        self.token = plan.tokens[number]
        self.owner = owner
        self.began = began
    }

    /// A normal end, as of a page that goes away.
    func close() {
        write(.connectionClose, ByteBuffer(integer: UInt16(1000)))
        context?.close(promise: nil)
    }

    private func say(_ text: String) { write(.text, ByteBuffer(string: text)) }

    private func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let context else { return }
        var bytes = ByteBuffer()
        bytes.writeClientFrame(opcode, payload)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { shakeHands(context) }
    }

    func channelActive(context: ChannelHandlerContext) { shakeHands(context) }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func end() {
        context = nil
        guard !hasEnded else { return }
        hasEnded = true
        owner.socketEnded(self, code: closeCode)
    }

    private func shakeHands(_ context: ChannelHandlerContext) {
        let request = ByteBuffer(
            string: "GET \(plan.path) HTTP/1.1\r\nHost: \(plan.endpoint.authority)\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGVsbGVyIGJhbmstbG9hZA==\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.writeBuffer(&bytes)
        }
        do {
            if !isOpen { try readReply() }
            while isOpen, let frame = try received.readServerFrame() { heard(frame) }
            if received.readableBytes == 0 { received = ByteBuffer() }
        } catch {
            context.close(promise: nil)
        }
    }

    private func readReply() throws(SocketFault) {
        let view = received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if view.count > Self.replyBytesMax { throw .notAReply }
            return
        }
        guard view.starts(with: Array("HTTP/1.1 101 ".utf8)) else { throw .notAReply }
        received.moveReaderIndex(to: end.upperBound)
        isOpen = true
        if token == nil { owner.socket(self, received: .subscribed([:]), bytes: 0) }
    }

    private func heard(_ frame: ServerFrame) {
        switch frame.opcode {
        case .text where plan.skims && isSubscribed:
            let bytes = frame.payload.readableBytes
            owner.socket(self, received: SocketMessage(skimming: frame.payload), bytes: bytes)
        case .text:
            let text = Array(frame.payload.readableBytesView)
            guard let message = SocketMessage(text) else { return }
            answer(message)
            owner.socket(self, received: message, bytes: text.count)
        case .connectionClose:
            var payload = frame.payload
            closeCode = payload.readInteger(as: UInt16.self).map(Int.init) ?? 1005
            context?.close(promise: nil)
        case .ping: write(.pong, frame.payload)
        default: break
        }
    }

    private func answer(_ message: SocketMessage) {
        switch message {
        case .hello:
            if let token { say(#"{"type":"auth","token":"\#(token)"}"#) }
        case .authenticated(true):
            let events = plan.skims ? #"["transaction"]"# : #"["transaction","balance"]"#
            say(#"{"type":"subscribe","id":"1","accounts":"all","events":\#(events)}"#)
        case .authenticated(false), .subscribed, .entry, .skimmed, .other: break
        }
    }
}
