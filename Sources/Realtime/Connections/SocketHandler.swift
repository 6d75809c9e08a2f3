import Glibc
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
    private var direct: DirectWriter?
    /// Frames for the kernel since the last flush, and their bytes.
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0
    /// Whether NIO was handed something; it may have written all of it since.
    private var isWithNIO = false
    private var isReading = true
    private var isParsing = false
    private var isEnding = false

    /// More do not wait for the flush.
    private static let waitingBytesMax = 65_536
    /// What a socket that was told to go may take to take what was written.
    private static let lastWritesMax: TimeAmount = .seconds(2)
    /// What the kernel may then keep of it, megabytes, while its reader takes none of it.
    private static let kernelKeepsMax: TimeAmount = .seconds(10)

    init(entry: SocketEntry, hub: LoopHub, shared: ConnectionContext) {
        self.entry = entry
        self.hub = hub
        self.shared = shared
        self.parser = FrameParser(messageBytesMax: shared.limits.messageBytesMax)
    }

    // MARK: - ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        direct = DirectWriter(context.channel)
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
        direct = nil
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
            let channel = context.channel
            hub.leaving.append { channel.close(promise: nil) }
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

    /// Frames go straight to the kernel; what it does not take goes by NIO, and so does everything
    /// after it until that is out.
    func write(_ frame: ByteBuffer) {
        guard let context else { return }
        guard !isWithNIO else { return context.write(wrapOutboundOut(frame), promise: nil) }
        waiting.append(frame)
        waitingBytes += frame.readableBytes
        if waitingBytes > Self.waitingBytesMax { sendWaiting(context) }
    }

    func flush() {
        guard let context else { return }
        sendWaiting(context)
        guard isWithNIO else { return }
        context.flush()
        isWithNIO = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) != 0
    }

    private func sendWaiting(_ context: ChannelHandlerContext) {
        guard !waiting.isEmpty else { return }
        var taken = direct?.send(waiting, scratch: &hub.scratch) ?? 0
        if taken < waitingBytes {
            isWithNIO = true
            for var frame in waiting {
                let sent = min(taken, frame.readableBytes)
                taken -= sent
                frame.moveReaderIndex(forwardBy: sent)
                guard frame.readableBytes > 0 else { continue }
                context.write(wrapOutboundOut(frame), promise: nil)
            }
        }
        waiting.removeAll(keepingCapacity: waiting.count == 1)
        waitingBytes = 0
    }

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
            Self.leaveToKernel(channel)
        }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
        flush()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }
    /// Who reads on, however slowly, still gets all of it, and our close; who reads nothing
    /// would otherwise be probed by the kernel for many minutes.
    private static func leaveToKernel(_ channel: any NIOCore.Channel) {
        let milliseconds = Int(kernelKeepsMax.nanoseconds / 1_000_000)
        try? channel.syncOptions?.setOption(
            .tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: milliseconds)
        channel.close(promise: nil)
    }
}
