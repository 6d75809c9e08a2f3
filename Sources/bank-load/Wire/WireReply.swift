package import NIOCore

/// An HTTP response as far as a load client looks at it.
package struct WireReply: Sendable {
    package let status: Int
    /// The header `Idempotent-Replayed: true`: an earlier request with the same key decided.
    package let isReplayed: Bool
    /// The header `Retry-After` when it was given in seconds.
    package let retryAfterSeconds: Int?
    /// False when the server ends the connection after this response.
    package let keepsAlive: Bool
    package let body: ByteBuffer

    package init(
        status: Int, isReplayed: Bool = false, retryAfterSeconds: Int? = nil,
        keepsAlive: Bool = true, body: ByteBuffer = ByteBuffer()
    ) {
        self.status = status
        self.isReplayed = isReplayed
        self.retryAfterSeconds = retryAfterSeconds
        self.keepsAlive = keepsAlive
        self.body = body
    }

    package var bodyBytes: [UInt8] { Array(body.readableBytesView) }
}

/// How a request ended, seen from the client.
package enum WireOutcome: Sendable {
    case reply(WireReply)
    /// No reply in time, or the connection broke: the server may or may not have acted.
    case lost(WireLoss)
}

package enum WireLoss: String, Hashable, Sendable, CaseIterable {
    case timeout
    case connectionLost = "connection_lost"
    case badResponse = "bad_response"
}

/// Bytes that are no response this client understands.
package enum WireFault: Error, Hashable, Sendable {
    case noStatusLine
    case headTooLong
    case bodyTooLong
    /// Neither a Content-Length nor a status without a body; `Transfer-Encoding` is not read.
    case noContentLength
    case malformedHeader
}
