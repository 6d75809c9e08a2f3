package import NIOCore
package import NIOWebSocket

/// A frame as bank-websocket sends it: whole and unmasked.
package struct ServerFrame {
    package let opcode: WebSocketOpcode
    package let payload: ByteBuffer
}

package enum SocketFault: Error {
    /// Not what a websocket server answers.
    case notAReply
    case notAFrame
}

extension ByteBuffer {
    private static let payloadMax = 1 << 24

    /// The next frame; nil until all of it is there.
    /// - Throws: `notAFrame` for fragments, reserved bits, masks and lengths beyond 16 MiB.
    package mutating func readServerFrame() throws(SocketFault) -> ServerFrame? {
        var rest = self
        guard let first = rest.readInteger(as: UInt8.self),
            let second = rest.readInteger(as: UInt8.self)
        else { return nil }
        guard first & 0xF0 == 0x80, second & 0x80 == 0,
            let opcode = WebSocketOpcode(encodedWebSocketOpcode: first & 0x0F)
        else { throw .notAFrame }
        let length: Int?
        switch second {
        case 126: length = rest.readInteger(as: UInt16.self).map(Int.init)
        case 127: length = rest.readInteger(as: UInt64.self).map { Int(clamping: $0) }
        default: length = Int(second)
        }
        guard let length else { return nil }
        guard length <= Self.payloadMax else { throw .notAFrame }
        guard let payload = rest.readSlice(length: length) else { return nil }
        self = rest
        return ServerFrame(opcode: opcode, payload: payload)
    }

    /// A client's frame: masked, as RFC 6455 section 5.3 wants it.
    package mutating func writeClientFrame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        let key = WebSocketMaskingKey.random()
        var masked = payload
        masked.webSocketMask(key)
        let length = payload.readableBytes
        writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        if length < 126 {
            writeInteger(0x80 | UInt8(length))
        } else {
            writeInteger(UInt8(0x80 | 126))
            writeInteger(UInt16(clamping: length))
        }
        writeBytes(key)
        writeBuffer(&masked)
    }
}
