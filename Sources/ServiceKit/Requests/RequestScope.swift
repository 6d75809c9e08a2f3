import HTTPTypes
import Hummingbird
import Ledger
import Logging

/// Gives each request its ID, its client's address, its deadline and its identity.
struct RequestScope: RouterMiddleware {
    typealias Context = ServiceContext

    private let authenticator: Authenticator
    private let proxies: TrustedProxies
    private let clock: WallClock
    private let ids: IdentifierGenerator

    init(authenticator: Authenticator, proxies: TrustedProxies, clock: WallClock) {
        self.authenticator = authenticator
        self.proxies = proxies
        self.clock = clock
        self.ids = IdentifierGenerator(clock: clock)
    }

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = requestID(of: request)
        context.receivedAt = clock.now
        context.deadline = .now + ServiceContext.requestDeadline
        context.traceparent = request.headers[.traceparent].flatMap {
            Self.isTraceparent($0) ? $0 : nil
        }
        context.clientAddress = proxies.client(
            peer: context.peerAddress, forwardedFor: request.headers[values: .forwardedFor])
        context.authentication = authenticator.authenticate(request.headers)
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request.id"] = .string(context.requestID)
        return try await next(request, context)
    }

    /// The client's own ID if there is one and it is well formed, else a new one.
    private func requestID(of request: Request) -> String {
        let values = request.headers[values: .requestID]
        if values.count == 1, let value = values.first, RequestID.isValid(value) { return value }
        return ids.next(Identifier<RequestKind>.self).description
    }

    /// 00-<32 hex>-<16 hex>-<2 hex>. Source: W3C Trace Context, section 3.2.
    private static func isTraceparent(_ text: String) -> Bool {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [2, 32, 16, 2]
            && parts.allSatisfy { part in
                part.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                }
            }
    }
}
