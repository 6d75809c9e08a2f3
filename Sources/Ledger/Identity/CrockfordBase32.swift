/// 128 bits as 26 characters, most significant first, lower case.
/// Source: https://www.crockford.com/base32.html (without its aliases and check symbol).
enum CrockfordBase32 {
    static let length = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    static func encode(high: UInt64, low: UInt64, write: (Int, UInt8) -> Void) {
        let bits = UInt128(high) << 64 | UInt128(low)
        for position in 0..<length {
            let shift = 5 * (length - 1 - position)
            write(position, alphabet[Int(truncatingIfNeeded: bits >> shift & 31)])
        }
    }

    /// `bytes` begins with the separator `_`. Nil for a foreign character or more than 128 bits.
    static func decode(_ bytes: some Sequence<UInt8>) -> (UInt64, UInt64)? {
        var bits: UInt128 = 0
        for (position, byte) in bytes.enumerated() {
            if position == 0 {
                guard byte == UInt8(ascii: "_") else { return nil }
                continue
            }
            let value = values[Int(byte)]
            guard value != 0xFF, position != 1 || value < 8 else { return nil }
            bits = bits << 5 | UInt128(value)
        }
        return (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }
}
