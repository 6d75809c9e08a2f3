import Ledger
import NIOCore
import NIOHTTP1
import NIOWebSocket
package import ServiceKit

/// Answers the opening handshake, and turns the channel into a websocket with our own frames.
struct SocketUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = NegotiatedChannel.Kind

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    private let handshake: NIOTypedWebSocketServerUpgrader<Void>
    private let server: SocketServer

    init(server: SocketServer) {
        self.server = server
        self.handshake = NIOTypedWebSocketServerUpgrader(
            shouldUpgrade: { channel, head in
                let isOurs = head.uri == SocketDoor.path
                    || head.uri.hasPrefix("\(SocketDoor.path)?")
                guard isOurs, case .success = server.door.decide(Knock(head)) else {
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
                return channel.eventLoop.makeSucceededFuture(Self.extraHeaders(for: head))
            },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
    }

    private static func extraHeaders(for head: HTTPRequestHead) -> HTTPHeaders {
        let offered = head.headers[canonicalForm: "sec-websocket-protocol"]
        guard offered.contains(where: { $0 == SocketDoor.subprotocol }) else { return [:] }
        return ["Sec-WebSocket-Protocol": SocketDoor.subprotocol]
    }

    func buildUpgradeResponse(
        channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        handshake.buildUpgradeResponse(
            channel: channel, upgradeRequest: upgradeRequest,
            initialResponseHeaders: initialResponseHeaders)
    }

    func upgrade(
        channel: any NIOCore.Channel, upgradeRequest: HTTPRequestHead
    ) -> EventLoopFuture<UpgradeResult> {
        channel.eventLoop.makeCompletedFuture {
            guard case .success(let query) = server.door.decide(Knock(upgradeRequest)),
                let hub = server.hub.shard(of: channel.eventLoop)
            else { throw DoorRefusal.stopping }
            let options = channel.syncOptions
            try options?.setOption(
                .writeBufferWaterMark, value: .init(low: 32 * 1_024, high: 64 * 1_024))
            try options?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2_048))
            let entry = SocketEntry(
                ticket: query.ticket, requestID: server.requestID(upgradeRequest),
                address: server.address(channel, upgradeRequest))
            try channel.pipeline.syncOperations.addHandler(
                SocketHandler(entry: entry, hub: hub, shared: server.context))
            return .websocket
        }
    }
}

/// What upgrading needs to know of the service.
package struct SocketServer: Sendable {
    package let door: SocketDoor
    package let hub: Hub
    package let context: ConnectionContext
    package let proxies: TrustedProxies

    package init(
        door: SocketDoor, hub: Hub, context: ConnectionContext, proxies: TrustedProxies
    ) {
        self.door = door
        self.hub = hub
        self.context = context
        self.proxies = proxies
    }

    func requestID(_ head: HTTPRequestHead) -> String {
        let given = head.headers["x-request-id"]
        if given.count == 1, let id = given.first, RequestID.isValid(id) { return id }
        return context.identifiers.next(Identifier<RequestKind>.self).description
    }

    /// What one subscriber holds: an IPv4 address, or the /64 of an IPv6 one.
    func address(_ channel: any NIOCore.Channel, _ head: HTTPRequestHead) -> ClientAddress {
        proxies.client(
            peer: ClientAddress(channel.remoteAddress),
            forwardedFor: head.headers["x-forwarded-for"]
        ).limitKey
    }
}
