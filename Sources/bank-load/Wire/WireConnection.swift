import NIOCore

/// Who a connection belongs to. All calls come on the connection's event loop.
protocol WireConnectionOwner: AnyObject {
    func connectionOpened(_ connection: WireConnection)
    func connection(_ connection: WireConnection, finished outcome: WireOutcome)
    /// The channel is gone; a running request has been reported as lost before.
    func connectionEnded(_ connection: WireConnection)
}

/// One connection with at most one request running: bytes out, whole responses in.
final class WireConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let requestBytesReserved = 2048

    /// Where the owner keeps it.
    let slot: Int
    /// The request to send next is written here; its storage is used again and again.
    var request = ByteBuffer()
    private(set) var ticket: Int?
    private(set) var sent = NIODeadline.now()

    private let owner: any WireConnectionOwner
    private let parser = ResponseParser()
    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?

    init(slot: Int, owner: any WireConnectionOwner) {
        self.slot = slot
        self.owner = owner
        request.reserveCapacity(Self.requestBytesReserved)
    }

    func send(ticket: Int, at now: NIODeadline) {
        self.ticket = ticket
        sent = now
        guard let context else { return lose(.connectionLost) }
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    /// Gives up a running request and ends the connection: a late reply can't be told apart.
    func lose(_ loss: WireLoss) {
        report(.lost(loss))
        context?.close(promise: nil)
    }

    func close() { context?.close(promise: nil) }

    private func report(_ outcome: WireOutcome) {
        guard ticket != nil else { return }
        owner.connection(self, finished: outcome)
    }

    /// Called by the owner when it has taken note of the outcome.
    func becomeFree() { ticket = nil }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { owner.connectionOpened(self) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { owner.connectionOpened(self) }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        report(.lost(.connectionLost))
        owner.connectionEnded(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.writeBuffer(&bytes)
        }
        do {
            guard let reply = try parser.next(from: &received) else { return }
            guard ticket != nil, received.readableBytes == 0 else { return lose(.badResponse) }
            if !reply.keepsAlive { context.close(promise: nil) }
            report(.reply(reply))
        } catch {
            lose(.badResponse)
        }
    }
}
