package import Ledger
package import NIOCore

/// What the session's owner has to do, in this order.
package enum SessionAction: Hashable, Sendable {
    case send(ServerMessage)
    case ping
    case pong(ByteBuffer)
    /// Check the credential, then call ``SessionStateMachine/verified(_:at:)``. Until then the
    /// socket isn't read.
    case verify(Credential)
    /// The connection speaks for this principal from now on.
    case admit(Principal)
    /// The same customer, with a newer token.
    case refresh(Principal)
    /// Look up the accounts, then call ``SessionStateMachine/served()``. Until then the socket
    /// isn't read.
    case subscribe(SubscribeRequest)
    case unsubscribe(id: String?, AccountSelection)
    case acknowledge([AccountID: Int64])
    case store(ClientEvent)
    case record(SessionRecord)
    /// Drop what waits to be sent, send this close, then wait for the client's.
    case close(Closing)
    /// Close the transport; nothing follows.
    case disconnect
}

/// What of a session goes into the interaction log.
package enum SessionRecord: Hashable, Sendable {
    case opened
    case authenticated
    case authenticationFailed(String)
    case limitHit(String)
    case slowConsumer
    case closed(CloseCode)
}

/// Times and limits of a session; milliseconds.
package struct SessionLimits: Hashable, Sendable {
    package var messagesPerMinute = 100
    package var messageBurst = 50
    package var messageBurstBeforeAuth = 5
    package var authDeadline: Int64 = 10_000
    package var heartbeat: Int64 = 25_000
    /// Silent for so long, a client is taken for gone.
    package var silenceMax: Int64 = 75_000
    /// How long before its expiry a token is warned about.
    package var expiryWarning: Int64 = 60_000
    /// How long a closed client may take for its own close.
    package var closeDeadline: Int64 = 3_000

    package init() {}
}
