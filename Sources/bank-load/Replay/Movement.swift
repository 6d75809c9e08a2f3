import Ledger

/// One row of an export: money into or out of an account.
package struct Movement: Hashable, Sendable {
    /// Unique in the file: the idempotency key is made of it.
    package let id: String
    /// Index into the plan's accounts.
    package let account: Int32
    package let line: Int32
    /// Signed minor units, never 0.
    package let amount: Int64
    package let kind: String?
    package let date: String?

    /// Ids become part of a header, dates and kinds of a JSON text.
    package static let idBytesMax = 64
    package static let accountBytesMax = 100
    package static let kindBytesMax = 200
    package static let dateBytesMax = 32
}

/// Reads an amount written as an integer or with a decimal point.
package enum AmountText {
    /// Signed minor units; nil unless `text` is a number of at most `decimals` decimals whose
    /// magnitude is at most 2^53−1 minor units. No float is involved.
    package static func minorUnits(_ text: String, decimals: Int) -> Int64? {
        var digits = Substring(text)
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.count <= 2, whole.utf8.count <= 16
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || 1...max(1, decimals) ~= fraction.utf8.count,
            fraction.utf8.count <= decimals
        else { return nil }
        var value: Int64 = 0
        let padding = String(repeating: "0", count: decimals - fraction.utf8.count)
        for byte in "\(whole)\(fraction)\(padding)".utf8 {
            guard 0x30...0x39 ~= byte else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = shifted + Int64(byte - 0x30)
            guard value <= Money.minorUnitsMax else { return nil }
        }
        return isNegative ? -value : value
    }
}
