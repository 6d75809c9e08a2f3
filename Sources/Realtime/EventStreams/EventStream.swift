import Ledger
import NIOCore

/// The response under a ``Connection``, in place of a socket: frames go in, server-sent events
/// come out. Lives on the connection's event loop.
final class EventStream: SocketTransport {
    /// Bytes that may wait for the response's writer; beyond it the connection's queue fills.
    private static let waitingMax = 65_536
    private static let retryMilliseconds = 1_000
    /// What a client that was told to go may take to read the rest.
    private static let lastWritesMax: TimeAmount = .seconds(2)

    private var connection: Connection?
    private var events: ServerSentEvents
    private let output: AsyncStream<ByteBuffer>.Continuation
    private let channel: any NIOCore.Channel
    private var pending: ByteBuffer
    private var waiting = 0
    private var isEnding = false

    init(
        positions: [AccountID: Int64], output: AsyncStream<ByteBuffer>.Continuation,
        channel: any NIOCore.Channel
    ) {
        self.events = ServerSentEvents(positions: positions)
        self.output = output
        self.channel = channel
        self.pending = ServerSentEvents.beginning(retryMilliseconds: Self.retryMilliseconds)
    }

    /// Begins: says who listens, and subscribes.
    func open(_ connection: Connection, as principal: Principal, _ request: SubscribeRequest) {
        self.connection = connection
        connection.opened(as: principal)
        connection.received(saying: .subscribe(request))
    }

    /// The response's writer has taken so many bytes.
    func taken(_ bytes: Int) {
        let wasFull = !isWritable
        waiting -= bytes
        if wasFull && isWritable { connection?.drained() }
    }

    /// The service stops: the client is told when to come back.
    func drain(afterMilliseconds: Int64) {
        connection?.drain(afterMilliseconds: afterMilliseconds)
    }

    /// The client is gone, or the response is over.
    func ended() {
        output.finish()
        connection?.disconnected()
        connection = nil
    }

    // MARK: - SocketTransport

    var isWritable: Bool { waiting + pending.readableBytes < Self.waitingMax }

    func write(_ frame: ByteBuffer) {
        switch ServerFrame(frame) {
        case .text(let json):
            guard var event = events.event(json) else { return }
            pending.writeBuffer(&event)
            if events.positions.count > ServerSentEvents.accountsMax { refuse() }
        case .ping:
            pending.writeImmutableBuffer(ServerSentEvents.heartbeat)
            // Nobody answers here: a client that is gone shows when this can't be written.
            connection?.received(.pong)
        case .close: disconnect(afterWrites: true)
        case .other: break
        }
    }

    /// The `id` could not hold all positions: better no stream than one that can't come back.
    private func refuse() {
        let detail = "At most \(ServerSentEvents.accountsMax) accounts: name them in `accounts`."
        let fault = ServerMessage.error(MessageFault(.tooManySubscriptions, detail))
        if var event = events.event(fault.json[...]) { pending.writeBuffer(&event) }
        disconnect(afterWrites: true)
    }

    func flush() {
        guard pending.readableBytes > 0 else { return }
        waiting += pending.readableBytes
        output.yield(pending)
        pending = ByteBuffer()
    }

    /// Nothing comes this way.
    func setReading(_ isReading: Bool) {}

    /// The connection goes with the stream, as its head says: it ends when the client has had time
    /// to take the rest, so that one that does not read keeps nothing.
    func disconnect(afterWrites: Bool) {
        if afterWrites { flush() }
        output.finish()
        guard !isEnding else { return }
        isEnding = true
        let channel = channel
        channel.eventLoop.scheduleTask(in: Self.lastWritesMax) { channel.close(promise: nil) }
    }
}

/// What a frame of our own encoder carries.
private enum ServerFrame {
    case text(ArraySlice<UInt8>)
    case ping
    case close
    case other

    init(_ frame: ByteBuffer) {
        var frame = frame
        let first = frame.readInteger(as: UInt8.self).map { $0 & 0x0F }
        switch frame.readInteger(as: UInt8.self) {
        case 126: frame.moveReaderIndex(forwardBy: 2)
        case 127: frame.moveReaderIndex(forwardBy: 8)
        default: break
        }
        self =
            switch first.flatMap(Opcode.init(rawValue:)) {
            case .text: .text(Array(frame.readableBytesView)[...])
            case .ping: .ping
            case .close: .close
            default: .other
            }
    }
}
