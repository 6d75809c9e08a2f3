package import NIOCore

/// RFC 6455 section 5.2; all other values are reserved.
package enum Opcode: UInt8, Hashable, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    package var isControl: Bool { rawValue & 0x8 != 0 }
}

/// What a client's bytes amount to, after every rule of RFC 6455 has been checked.
package enum FrameEvent: Hashable, Sendable {
    /// A whole text message, valid UTF-8, unmasked, put together from its fragments.
    case text(ByteBuffer)
    case ping(ByteBuffer)
    case pong
    /// The client's close; nil when it carried no code.
    case close(CloseCode?)
}

/// A rule the client's bytes broke, with the close code that answers it.
package struct FrameViolation: Error, Hashable, Sendable {
    package let closing: Closing

    package init(_ code: CloseCode, _ reason: String) {
        self.closing = Closing(code, reason)
    }
}
