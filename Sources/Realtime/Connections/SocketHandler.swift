import Ledger
import NIOCore

/// The websocket's end of a channel: bytes in, bytes out, nothing decided here.
final class SocketHandler: ChannelInboundHandler, SocketTransport {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let entry: SocketEntry
    private let hub: LoopHub
    private let shared: ConnectionContext
    private var parser: FrameParser
    private var connection: Connection?
    private var context: ChannelHandlerContext?
    private var isReading = true
    private var isParsing = false
    private var isEnding = false

    /// What a socket that was told to go may take to take what was written.
    private static let lastWritesMax: TimeAmount = .seconds(2)

    init(entry: SocketEntry, hub: LoopHub, shared: ConnectionContext) {
        self.entry = entry
        self.hub = hub
        self.shared = shared
        self.parser = FrameParser(messageBytesMax: shared.limits.messageBytesMax)
    }

    // MARK: - ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let connection = Connection(
            id: shared.identifiers.next(), requestID: entry.requestID, address: entry.address,
            hub: hub, context: shared, transport: self)
        self.connection = connection
        connection.opened(ticket: entry.ticket)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        context = nil
        isWritable = false
        connection?.disconnected()
        connection = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        parse()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable { connection?.drained() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Hands frames in one by one, as long as the connection takes them.
    private func parse() {
        guard !isParsing else { return }
        isParsing = true
        defer { isParsing = false }
        do throws(FrameViolation) {
            while let connection, connection.mayRead, let event = try parser.next() {
                connection.received(event)
            }
        } catch {
            // What follows can't be read, so the client's own close isn't waited for.
            connection?.close(error.closing)
            disconnect(afterWrites: true)
        }
    }

    // MARK: - SocketTransport

    private(set) var isWritable = true

    func write(_ frame: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(frame), promise: nil)
    }

    func flush() { context?.flush() }

    func setReading(_ isReading: Bool) {
        guard let context, self.isReading != isReading else { return }
        self.isReading = isReading
        try? context.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { parse() }
    }

    /// Ends our side, so that the client reads our close before the connection's end, and waits a
    /// little for its side: closing at once would cut off what is still on its way.
    func disconnect(afterWrites: Bool) {
        guard let context else { return }
        guard afterWrites else { return context.close(promise: nil) }
        guard !isEnding else { return }
        isEnding = true
        let channel = context.channel
        let deadline = context.eventLoop.scheduleTask(in: Self.lastWritesMax) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }
}
