/// 128 bits as 26 characters, most significant first, lower case.
/// Source: https://www.crockford.com/base32.html (without its aliases and check symbol).
///
/// Nothing here is generic: identifiers are read and written a dozen times for each entry of
/// the journal, from other modules, where generic code is not specialised.
enum CrockfordBase32 {
    static let length = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// `prefix`, `_` and the characters.
    static func text(prefix: String, high: UInt64, low: UInt64) -> String {
        let count = prefix.utf8.count + 1 + length
        return String(unsafeUninitializedCapacity: count) { buffer in
            var index = 0
            for byte in prefix.utf8 {
                buffer[index] = byte
                index += 1
            }
            buffer[index] = UInt8(ascii: "_")
            let alphabet = Self.alphabet
            var bits = UInt128(high) << 64 | UInt128(low)
            for position in stride(from: count - 1, to: index, by: -1) {
                buffer[position] = alphabet[Int(truncatingIfNeeded: bits & 31)]
                bits >>= 5
            }
            return count
        }
    }

    /// The bits of a text; nil unless it is `prefix`, `_` and 26 characters of the alphabet that
    /// stand for no more than 128 bits.
    static func bits(of text: UnsafeBufferPointer<UInt8>, prefix: String) -> (UInt64, UInt64)? {
        let start = prefix.utf8.count + 1
        guard text.count == start + length, text[start - 1] == UInt8(ascii: "_"),
            prefix.utf8.elementsEqual(text.prefix(start - 1))
        else { return nil }
        let values = Self.values
        var bits: UInt128 = 0
        for position in start..<text.count {
            let value = values[Int(text[position])]
            guard value != 0xFF, position > start || value < 8 else { return nil }
            bits = bits << 5 | UInt128(value)
        }
        return (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }
}
