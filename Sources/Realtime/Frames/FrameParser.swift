package import NIOCore

/// Turns a client's bytes into messages, and enforces RFC 6455 where NIO's decoder does not:
/// masking, RSV bits, opcodes, control frames, minimal lengths, UTF-8, close codes, and the size
/// of a message over all its fragments.
///
/// Pure, and small while idle: it keeps bytes only between a frame's first byte and its last.
package struct FrameParser {
    private let messageBytesMax: Int
    /// Bytes that came but aren't parsed yet.
    private var input: ByteBuffer?
    private var header: FrameHeader?
    /// A text message whose last fragment is still to come.
    private var message: ByteBuffer?
    private var fragments = 0
    /// Of that message, and how many bytes of the frame under way it has seen.
    private var validator = UTF8Validator()
    private var checkedBytes = 0
    private var isClosed = false

    /// Fragments of one message, the empty ones too: an endless row of them is no message.
    private static let fragmentsMax = 1_024

    package init(messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
    }

    package mutating func append(_ bytes: ByteBuffer) {
        guard !isClosed, bytes.readableBytes > 0 else { return }
        if input == nil {
            input = bytes
        } else {
            input?.writeImmutableBuffer(bytes)
        }
    }

    /// The next event, or nil until more bytes come. After a violation or a close: nothing more.
    package mutating func next() throws(FrameViolation) -> FrameEvent? {
        do {
            while !isClosed, let (header, payload) = try nextFrame() {
                if let event = try accept(header, payload) {
                    if case .close = event { end() }
                    return event
                }
            }
            return nil
        } catch {
            end()
            throw error
        }
    }

    private mutating func end() {
        isClosed = true
        input = nil
        header = nil
        message = nil
    }

    private mutating func nextFrame() throws(FrameViolation) -> (FrameHeader, ByteBuffer)? {
        guard var buffer = input else { return nil }
        input = nil
        defer { if !isClosed && buffer.readableBytes > 0 { input = buffer } }

        if header == nil {
            let left = messageBytesMax - (message?.readableBytes ?? 0)
            header = try FrameHeader(reading: &buffer, payloadBytesMax: max(left, 125))
            if let header { try check(header) }
        }
        guard let found = header else { return nil }
        guard var payload = buffer.readSlice(length: found.payloadBytes) else {
            if !found.opcode.isControl { try check(masked: buffer, by: found.mask) }
            return nil
        }
        header = nil
        payload.unmask(with: found.mask)
        return (found, payload)
    }

    /// What a header may be depends on whether a message is under way (section 5.4).
    private mutating func check(_ header: FrameHeader) throws(FrameViolation) {
        guard !header.opcode.isControl else { return }
        let isUnderWay = message != nil
        if header.opcode == .continuation && !isUnderWay {
            throw FrameViolation(.protocolError, "continuation of nothing")
        }
        if header.opcode != .continuation && isUnderWay {
            throw FrameViolation(.protocolError, "new message inside a fragmented one")
        }
        fragments = header.opcode == .continuation ? fragments + 1 : 1
        if fragments > Self.fragmentsMax {
            throw FrameViolation(.messageTooBig, "over \(Self.fragmentsMax) fragments")
        }
        if (message?.readableBytes ?? 0) + header.payloadBytes > messageBytesMax {
            throw FrameViolation(.messageTooBig, "message over \(messageBytesMax) bytes")
        }
    }

    private mutating func accept(
        _ header: FrameHeader, _ payload: ByteBuffer
    ) throws(FrameViolation) -> FrameEvent? {
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close: return try .close(Self.closeCode(payload))
        case .text, .binary, .continuation: try check(payload, isFinal: header.isFinal)
        }
        if message == nil {
            message = payload
        } else {
            message?.writeImmutableBuffer(payload)
        }
        guard header.isFinal, let whole = message else { return nil }
        message = nil
        return .text(whole)
    }

    // MARK: - UTF-8: what can no longer become text isn't waited for

    /// The part of a frame that has come.
    private mutating func check(
        masked bytes: ByteBuffer, by mask: UInt32
    ) throws(FrameViolation) {
        let new = bytes.readableBytesView.dropFirst(checkedBytes)
        for (index, byte) in zip(checkedBytes..., new) {
            guard validator.accept(byte ^ mask.byte(index)) else { throw Self.invalidText }
        }
        checkedBytes = bytes.readableBytes
    }

    /// A whole frame's payload.
    private mutating func check(_ text: ByteBuffer, isFinal: Bool) throws(FrameViolation) {
        let isValid = text.withUnsafeReadableBytes { bytes in
            validator.accept(bytes.dropFirst(checkedBytes))
        }
        checkedBytes = 0
        guard isValid, validator.isComplete || !isFinal else { throw Self.invalidText }
    }

    private static let invalidText = FrameViolation(.invalidText, "invalid UTF-8")

    private static func closeCode(_ payload: ByteBuffer) throws(FrameViolation) -> CloseCode? {
        var payload = payload
        guard payload.readableBytes > 0 else { return nil }
        guard let number: UInt16 = payload.readInteger() else {
            throw FrameViolation(.protocolError, "close code of one byte")
        }
        let code = CloseCode(rawValue: number)
        guard code.isAllowedOnTheWire else {
            throw FrameViolation(.protocolError, "reserved close code")
        }
        guard payload.isValidUTF8 else { throw invalidText }
        return code
    }
}

extension ByteBuffer {
    var isValidUTF8: Bool {
        withUnsafeReadableBytes { bytes in
            var validator = UTF8Validator()
            return validator.accept(bytes) && validator.isComplete
        }
    }

    /// Applies the client's mask: byte i xor byte i mod 4 of the key (section 5.3).
    mutating func unmask(with mask: UInt32) {
        withUnsafeMutableReadableBytes { bytes in
            var index = 0
            let wide = UInt64(mask) << 32 | UInt64(mask)
            while index + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                bytes.storeBytes(of: word ^ wide.bigEndian, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                bytes[index] ^= mask.byte(index)
                index += 1
            }
        }
    }
}

extension UInt32 {
    /// Byte i of a mask, which begins anew after four.
    fileprivate func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: self >> UInt32(24 - 8 * (index % 4)))
    }
}
