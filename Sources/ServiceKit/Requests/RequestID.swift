/// The rule for request IDs: `[A-Za-z0-9._-]{1,64}`.
package enum RequestID {
    package static let bytesMax = 64

    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...bytesMax).contains(bytes.count) && bytes.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
