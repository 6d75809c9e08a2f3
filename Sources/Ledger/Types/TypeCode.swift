/// The codes that types may be given.
package enum TypeCode {
    package static let bytes = 2...32

    /// Words with a meaning of their own: the bank's own accounts, and entries that nobody orders
    /// by their name.
    package static let reserved: Set<String> = [
        "cash", "reversal", "cancellation", "capture", "release", "void", "expiry",
    ]

    /// A letter `a…z`, then letters, digits, `-` and `_`.
    package static func isWellFormed(_ text: String) -> Bool {
        let code = text.utf8
        return bytes.contains(code.count) && code.first.map(isLetter) == true
            && code.allSatisfy { byte in
                isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }
}
