package import Hummingbird
package import Ledger
import Logging
package import NIOCore

/// What is known about a request while it is served.
///
/// ``RequestScope`` (the first middleware) fills it; controllers read it.
package struct ServiceContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// `[A-Za-z0-9._-]{1,64}`: the client's, or made here (`req_…`).
    package var requestID: String
    /// The W3C trace context header, passed through as it came.
    package var traceparent: String?
    /// Where the request came from, past the trusted proxies.
    package var clientAddress: ClientAddress
    /// What became of the Authorization header.
    package var authentication: Authentication
    package var receivedAt: Timestamp
    /// When the answer must be out at the latest.
    package var deadline: ContinuousClock.Instant
    /// The address at the other end of the connection.
    package let peerAddress: ClientAddress
    /// The connection, for a response that must be able to end it.
    package let channel: any NIOCore.Channel

    /// How long a request may take: the deadline of the contract.
    package static let requestDeadline: Duration = .seconds(5)

    package init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.peerAddress = ClientAddress(source.channel.remoteAddress)
        self.channel = source.channel
        self.requestID = ""
        self.traceparent = nil
        self.clientAddress = peerAddress
        self.authentication = .anonymous
        self.receivedAt = Timestamp(milliseconds: 0)
        self.deadline = .now + Self.requestDeadline
    }

    /// The path as it was registered (`/api/v1/accounts/{id}`); nil where nothing matched.
    package var route: String? {
        coreContext.endpointPath.value.flatMap { $0 == Self.noRoute ? nil : $0 }
    }

    /// What Hummingbird's router notes when no route matched.
    private static let noRoute = "NotFound"
}

extension ServiceContext {
    /// Who asks. Throws the one 401 for whatever is wrong with the token, and 503 while it is
    /// not known which sessions have been revoked.
    package func identity() throws(Problem) -> Identity {
        switch authentication {
        case .identified(let token): return token.identity
        case .anonymous, .refused: throw Problem(.unauthenticated)
        case .unknown: throw Problem(.unavailable, retryAfterSeconds: 1)
        }
    }

    /// The same, for what only tellers and administrators may do.
    package func staffIdentity() throws(Problem) -> Identity {
        let identity = try identity()
        guard identity.role.isStaff else { throw Problem(.forbidden) }
        return identity
    }

    /// The same, for what only administrators may do.
    package func adminIdentity() throws(Problem) -> Identity {
        let identity = try identity()
        guard identity.role == .admin else { throw Problem(.forbidden) }
        return identity
    }

    /// A path parameter that is an identifier; 404 if it is none, as for a foreign one.
    package func identifier<Kind: IdentifierKind>(
        _ name: String = "id", _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) throws(Problem) -> Identifier<Kind> {
        guard let text = parameters.get(name), let id = Identifier<Kind>(text) else {
            throw Problem(.notFound)
        }
        return id
    }
}
