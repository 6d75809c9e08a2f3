/// Ten digits, the last one a check digit by the Luhn formula (ISO/IEC 7812-1 annex B).
package struct AccountNumber: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The number whose first nine digits are `body` modulo 10^9.
    package init(body: UInt64) {
        let digits = String(body % 1_000_000_000)
        let padded = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        self.description = padded + String(Self.checkDigit(of: padded.utf8))
    }

    /// Nil unless `text` is ten ASCII digits with a right check digit.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 10,
            digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let last = digits.last,
            Int(last - UInt8(ascii: "0")) == Self.checkDigit(of: digits.dropLast())
        else { return nil }
        self.description = text
    }

    private static func checkDigit(of digits: some BidirectionalCollection<UInt8>) -> Int {
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let value = Int(digit) - 48
            let weighted = position.isMultiple(of: 2) ? value * 2 : value
            sum += weighted > 9 ? weighted - 9 : weighted
        }
        return (10 - sum % 10) % 10
    }
}
