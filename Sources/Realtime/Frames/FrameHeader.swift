import NIOCore

/// The first bytes of a frame, checked by themselves: nothing of a payload is waited for, or
/// kept, before its header is known to be right.
struct FrameHeader: Hashable {
    let isFinal: Bool
    let opcode: Opcode
    let payloadBytes: Int
    let mask: UInt32

    /// Nil when the header isn't whole yet; `buffer` is moved past it otherwise.
    ///
    /// Source: RFC 6455 section 5.2. We negotiate no extension, so RSV must be zero.
    init?(
        reading buffer: inout ByteBuffer, payloadBytesMax: Int
    ) throws(FrameViolation) {
        let start = buffer.readerIndex
        guard let first: UInt8 = buffer.getInteger(at: start) else { return nil }
        guard first & 0x70 == 0 else { throw FrameViolation(.protocolError, "RSV bits set") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else {
            throw FrameViolation(.protocolError, "reserved opcode")
        }
        let isFinal = first & 0x80 != 0
        if opcode.isControl && !isFinal {
            throw FrameViolation(.protocolError, "fragmented control frame")
        }
        guard let second: UInt8 = buffer.getInteger(at: start + 1) else { return nil }
        guard second & 0x80 != 0 else { throw FrameViolation(.protocolError, "unmasked frame") }
        if opcode.isControl && second & 0x7F > 125 {
            throw FrameViolation(.protocolError, "control frame over 125 bytes")
        }
        if opcode == .binary { throw FrameViolation(.unacceptableData, "binary message") }

        guard let (length, lengthBytes) = try Self.length(second & 0x7F, in: buffer) else {
            return nil
        }
        guard length <= UInt64(payloadBytesMax) else {
            throw FrameViolation(.messageTooBig, "message over \(payloadBytesMax) bytes")
        }
        guard let mask: UInt32 = buffer.getInteger(at: start + 2 + lengthBytes) else {
            return nil
        }
        buffer.moveReaderIndex(forwardBy: 2 + lengthBytes + 4)
        self.isFinal = isFinal
        self.opcode = opcode
        self.payloadBytes = Int(length)
        self.mask = mask
    }

    /// The payload's length and how many bytes told it beside the second one: 0, 2 or 8.
    private static func length(
        _ code: UInt8, in buffer: ByteBuffer
    ) throws(FrameViolation) -> (UInt64, Int)? {
        let index = buffer.readerIndex + 2
        switch code {
        case 126:
            guard let length: UInt16 = buffer.getInteger(at: index) else { return nil }
            guard length > 125 else { throw FrameViolation(.protocolError, "length not minimal") }
            return (UInt64(length), 2)
        case 127:
            guard let length: UInt64 = buffer.getInteger(at: index) else { return nil }
            guard length > 0xFFFF, length >> 63 == 0 else {
                throw FrameViolation(.protocolError, "length not minimal or over 2^63-1")
            }
            return (length, 8)
        default:
            return (UInt64(code), 0)
        }
    }
}
