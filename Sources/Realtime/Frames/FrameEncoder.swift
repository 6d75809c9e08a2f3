package import NIOCore

/// Frames as a server sends them: final, unmasked, header and payload in one buffer, so that one
/// buffer is shared by all sockets that get the message.
package enum FrameEncoder {
    package static func text(_ payload: some Collection<UInt8>) -> ByteBuffer {
        frame(.text, payload)
    }

    package static func ping() -> ByteBuffer { frame(.ping, []) }

    package static func pong(_ payload: ByteBuffer) -> ByteBuffer {
        frame(.pong, payload.readableBytesView)
    }

    /// The reason is cut to 123 bytes at a character's border.
    package static func close(_ closing: Closing) -> ByteBuffer {
        var reason = closing.reason
        while reason.utf8.count > 123 { reason.removeLast() }
        var payload = ByteBuffer()
        payload.writeInteger(closing.code.rawValue)
        payload.writeString(reason)
        return frame(.close, payload.readableBytesView)
    }

    private static func frame(
        _ opcode: Opcode, _ payload: some Collection<UInt8>
    ) -> ByteBuffer {
        let count = payload.count
        var buffer = ByteBufferAllocator().buffer(capacity: count + 10)
        buffer.writeInteger(0x80 | opcode.rawValue)
        switch count {
        case ...125: buffer.writeInteger(UInt8(count))
        case ...0xFFFF: buffer.writeMultipleIntegers(UInt8(126), UInt16(count))
        default: buffer.writeMultipleIntegers(UInt8(127), UInt64(count))
        }
        buffer.writeBytes(payload)
        return buffer
    }
}
