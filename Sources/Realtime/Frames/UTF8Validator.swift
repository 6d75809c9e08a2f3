/// Checks UTF-8 byte by byte (RFC 3629): no overlong forms, no surrogates, nothing over U+10FFFF.
struct UTF8Validator {
    /// Continuation bytes still to come, and what the next one may be.
    private var pending = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    var isComplete: Bool { pending == 0 }

    mutating func accept(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes where !accept(byte) { return false }
        return true
    }

    mutating func accept(_ byte: UInt8) -> Bool {
        if pending > 0 {
            guard allowed.contains(byte) else { return false }
            pending -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: return expect(1, 0x80...0xBF)
        case 0xE0: return expect(2, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: return expect(2, 0x80...0xBF)
        case 0xED: return expect(2, 0x80...0x9F)
        case 0xF0: return expect(3, 0x90...0xBF)
        case 0xF1...0xF3: return expect(3, 0x80...0xBF)
        case 0xF4: return expect(3, 0x80...0x8F)
        default: return false
        }
    }

    private mutating func expect(_ count: Int, _ range: ClosedRange<UInt8>) -> Bool {
        pending = count
        allowed = range
        return true
    }
}
