package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of the service's one port: HTTP by Hummingbird, or, after the upgrade of its
/// first request, a websocket of ours.
package struct RealtimeChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let server: SocketServer

    /// Until the first request's head is complete.
    private static let handshakeDeadline: TimeAmount = .seconds(10)
    private static let idleTimeout: Duration = .seconds(60)

    package init(responder: @escaping HTTPChannelHandler.Responder, server: SocketServer) {
        self.http = HTTP1Channel(responder: responder)
        self.server = server
    }

    package func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<NegotiatedChannel> {
        channel.eventLoop.makeCompletedFuture {
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            let deadline = HandshakeDeadlineHandler(Self.handshakeDeadline)
            try channel.pipeline.syncOperations.addHandler(
                deadline, name: HandshakeDeadlineHandler.name)

            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderListSize = 32 * 1_024
            limits.maxHeaderFieldSize = 16 * 1_024
            limits.maxHeaderFieldCount = 100
            let http = HTTPHandlers(limits: limits)
            let kind = channel.eventLoop.makePromise(of: NegotiatedChannel.Kind.self)
            try channel.pipeline.syncOperations.addHandlers(
                http.encoder, http.decoder, http.errors,
                SocketUpgradeHandler(server: server, http: http, result: kind) { channel in
                    .http(try Self.serveHTTP(on: channel, logger))
                })
            return NegotiatedChannel(channel: channel, kind: kind.futureResult)
        }
    }

    private static func serveHTTP(
        on channel: any Channel, _ logger: Logger
    ) throws -> HTTP1Channel.Value {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(
            HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    package func handle(value: NegotiatedChannel, logger: Logger) async {
        let kind = try? await value.kind.get()
        // Negotiated: the deadline has done its work.
        _ = try? await value.channel.pipeline.removeHandler(
            name: HandshakeDeadlineHandler.name
        ).get()
        switch kind {
        case .http(let channel): await http.handle(value: channel, logger: logger)
        case .websocket: break
        case nil: value.channel.close(promise: nil)
        }
    }
}

/// A channel that will turn out to be one or the other.
package struct NegotiatedChannel: ServerChildChannelValue {
    package enum Kind: Sendable {
        case http(HTTP1Channel.Value)
        /// Driven by its handler on the event loop; no task waits for it.
        case websocket
    }

    package let channel: any Channel
    let kind: EventLoopFuture<Kind>
}

/// Closes a connection that doesn't get to its first request in time, or is caught before it by
/// the service's end.
final class HandshakeDeadlineHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    static let name = "handshake-deadline"
    private let deadline: TimeAmount
    private var scheduled: Scheduled<Void>?

    init(_ deadline: TimeAmount) { self.deadline = deadline }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        scheduled = context.eventLoop.scheduleTask(in: deadline) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { scheduled?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        scheduled?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
