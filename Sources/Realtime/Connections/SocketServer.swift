import Ledger
import NIOCore
import NIOHTTP1
package import ServiceKit

/// What opening a socket needs to know of the service.
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

    /// Who came in, if the head asks for a websocket and the door opens.
    func entry(_ head: HTTPRequestHead, _ channel: any NIOCore.Channel) -> SocketEntry? {
        let isOurs = head.uri == SocketDoor.path || head.uri.hasPrefix("\(SocketDoor.path)?")
        guard isOurs, case .success(let query) = door.decide(Knock(head)) else { return nil }
        return SocketEntry(
            ticket: query.ticket, requestID: requestID(head), address: address(channel, head))
    }

    private func requestID(_ head: HTTPRequestHead) -> String {
        let given = head.headers["x-request-id"]
        if given.count == 1, let id = given.first, RequestID.isValid(id) { return id }
        return context.identifiers.next(Identifier<RequestKind>.self).description
    }

    /// What one subscriber holds: an IPv4 address, or the /64 of an IPv6 one.
    private func address(_ channel: any NIOCore.Channel, _ head: HTTPRequestHead) -> ClientAddress {
        proxies.client(
            peer: ClientAddress(channel.remoteAddress),
            forwardedFor: head.headers["x-forwarded-for"]
        ).limitKey
    }
}
