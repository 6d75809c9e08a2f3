import BankAPI
import HTTPTypes
package import Hummingbird
import Ledger
import NIOCore
package import ServiceKit
import ServiceLifecycle

/// `GET /api/v1/stream`: what a websocket would be told, as server-sent events, for clients
/// without websockets. With a Bearer token, or a ticket in the query; `Last-Event-ID` resumes.
package struct StreamRoutes: Sendable {
    private let hub: Hub
    private let context: ConnectionContext

    package init(hub: Hub, context: ConnectionContext) {
        self.hub = hub
        self.context = context
    }

    package func add(to router: some RouterMethods<ServiceContext>) {
        router.get("/api/v1/stream") { try await stream($0, $1) }
    }

    private func stream(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        var query = QueryParameters(request)
        let ticket = query.string("ticket", bytesMax: 128)
        if ticket == nil { _ = try context.identity() }
        let list = query.string("accounts", bytesMax: 32 * ServerSentEvents.accountsMax)
        let accounts = list.flatMap(Self.accounts)
        if list != nil, accounts == nil {
            query.add("accounts", .invalidIdentifier, "Ids with commas between them are expected.")
        }
        let resume = request.headers[.lastEventID].map {
            ServerSentEvents.positions(lastEventID: $0)
        }
        if resume == .some(nil) {
            query.add("Last-Event-ID", .invalidValue, "The id of an event is expected.")
        }
        try query.finish()
        let principal = try await principal(ticket, context)
        let subscription = SubscribeRequest(
            id: nil, accounts: accounts.map { .some($0) } ?? .all,
            positions: (resume ?? [:]) ?? [:])
        return response(
            to: subscription, of: principal, requestID: context.requestID,
            address: context.clientAddress, channel: context.channel)
    }

    private static func accounts(_ text: String) -> [AccountID]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let ids = parts.compactMap { AccountID($0) }
        return 1...ServerSentEvents.accountsMax ~= ids.count && ids.count == parts.count
            ? ids : nil
    }

    private func principal(
        _ ticket: String?, _ context: ServiceContext
    ) async throws -> Principal {
        guard let ticket else {
            guard case .identified(let token) = context.authentication else {
                throw Problem(.unauthenticated)
            }
            return Principal(token)
        }
        do throws(AuthenticationFailure) {
            return try await self.context.credentials.principal(forTicket: ticket)
        } catch {
            throw error == .unavailable
                ? Problem(.unavailable, retryAfterSeconds: 1) : Problem(.unauthenticated)
        }
    }

    /// The stream lives as long as its response's body is being written.
    private func response(
        to subscription: SubscribeRequest, of principal: Principal, requestID: String,
        address: ClientAddress, channel: any NIOCore.Channel
    ) -> Response {
        let (output, input) = AsyncStream<ByteBuffer>.makeStream()
        let (hub, context) = (hub, context)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                .accelBuffering: "no", .connection: "close",
            ],
            body: ResponseBody { writer in
                let shard = hub.next()
                let stream = try await shard.submit { hub in
                    let stream = EventStream(
                        positions: subscription.positions, output: input, channel: channel)
                    let connection = Connection(
                        id: context.identifiers.next(), requestID: requestID, address: address,
                        hub: hub, context: context, transport: stream)
                    stream.open(connection, as: principal, subscription)
                    return NIOLoopBound(stream, eventLoop: hub.loop)
                }
                await withGracefulShutdownHandler {
                    do {
                        for await bytes in output {
                            try await writer.write(bytes)
                            let count = bytes.readableBytes
                            shard.execute { _ in stream.value.taken(count) }
                        }
                        try await writer.finish(nil)
                    } catch {
                        // The client is gone.
                    }
                    shard.execute { _ in stream.value.ended() }
                } onGracefulShutdown: {
                    // The server ends when its responses have, so streams can't wait for sockets.
                    shard.execute { hub in
                        let spread = SocketDrain.spread(of: hub.count)
                        stream.value.drain(afterMilliseconds: .random(in: 0...spread))
                    }
                }
            })
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = Self("Last-Event-ID") ?? .location
    /// Asks proxies not to keep events back.
    fileprivate static let accelBuffering = Self("X-Accel-Buffering") ?? .location
}
