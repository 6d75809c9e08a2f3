import Crypto

/// A SHA-256 digest, kept as numbers: 32 bytes without an allocation.
/// Source: FIPS 180-4.
package struct Hash: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        words = bytes.withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 {
                digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self).bigEndian
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Nil unless `text` is 64 lower-case hexadecimal digits, as ``description`` gives them.
    package init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[index]),
                let low = Self.value(of: digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// The digest of these bytes.
    package init(of bytes: [UInt8]) {
        self.words = SHA256.hash(data: bytes).withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 {
                digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self).bigEndian
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    package static let byteCount = 32

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    package static func == (left: Hash, right: Hash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    func write(into writer: inout CanonicalWriter) {
        writer.fixed(words.0)
        writer.fixed(words.1)
        writer.fixed(words.2)
        writer.fixed(words.3)
    }
}

extension Hash: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 64) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[2 * index] = digits[Int(byte >> 4)]
                buffer[2 * index + 1] = digits[Int(byte & 15)]
            }
            return 64
        }
    }
}
