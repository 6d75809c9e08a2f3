/// RFC 3339 in UTC with milliseconds, and the civil calendar behind it.
///
/// Source of the day arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }

    /// `2026-01-31T09:30:00.250Z`. Years outside 0…9999 are shown as the nearest in it.
    package var rfc3339: String {
        let days = min(max(day, Self.dayMin), Self.dayMax)
        let (year, month, dayOfMonth) = Self.civil(day: days)
        let inDay = Int(min(max(milliseconds &- days &* 86_400_000, 0), 86_399_999))
        return String(unsafeUninitializedCapacity: 24) { buffer in
            func digits(_ value: Int, _ range: Range<Int>) {
                var rest = value
                for index in range.reversed() {
                    buffer[index] = UInt8(48 + rest % 10)
                    rest /= 10
                }
            }
            digits(year, 0..<4)
            buffer[4] = UInt8(ascii: "-")
            digits(month, 5..<7)
            buffer[7] = UInt8(ascii: "-")
            digits(dayOfMonth, 8..<10)
            buffer[10] = UInt8(ascii: "T")
            digits(inDay / 3_600_000, 11..<13)
            buffer[13] = UInt8(ascii: ":")
            digits(inDay / 60_000 % 60, 14..<16)
            buffer[16] = UInt8(ascii: ":")
            digits(inDay / 1_000 % 60, 17..<19)
            buffer[19] = UInt8(ascii: ".")
            digits(inDay % 1_000, 20..<23)
            buffer[23] = UInt8(ascii: "Z")
            return 24
        }
    }

    /// Strict: a full date-time with `T`, seconds, at most nine decimals, and `Z` or an offset.
    /// A leap second is refused, and so is a day that the month does not have.
    package init?(rfc3339 text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let day = Self.scanDay(&scanner), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(digits: 2, in: 0...23), scanner.skip(":"),
            let minute = scanner.number(digits: 2, in: 0...59), scanner.skip(":"),
            let second = scanner.number(digits: 2, in: 0...59),
            let fraction = scanner.milliseconds(), let offset = scanner.offsetMinutes(),
            scanner.isAtEnd
        else { return nil }
        let seconds = (day * 24 + hour) * 3_600 + (minute - offset) * 60 + second
        self.init(milliseconds: seconds * 1_000 + fraction)
    }

    /// The first moment of a UTC day written `2026-01-31`.
    package init?(date text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let day = Self.scanDay(&scanner), scanner.isAtEnd else { return nil }
        self.init(milliseconds: day * 86_400_000)
    }

    private static func scanDay(_ scanner: inout DigitScanner) -> Int64? {
        guard let year = scanner.number(digits: 4, in: 0...9999), scanner.skip("-"),
            let month = scanner.number(digits: 2, in: 1...12), scanner.skip("-"),
            let dayOfMonth = scanner.number(digits: 2, in: 1...31)
        else { return nil }
        let day = Self.day(year: Int(year), month: Int(month), dayOfMonth: Int(dayOfMonth))
        let back = Self.civil(day: day)
        return back.month == Int(month) ? day : nil
    }

    private static let dayMin = day(year: 0, month: 1, dayOfMonth: 1)
    private static let dayMax = day(year: 9999, month: 12, dayOfMonth: 31)

    private static func day(year: Int, month: Int, dayOfMonth: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + dayOfMonth - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func civil(day: Int64) -> (year: Int, month: Int, dayOfMonth: Int) {
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

/// Reads fixed groups of ASCII digits.
private struct DigitScanner {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { self.bytes = ArraySlice(Array(bytes)) }

    var isAtEnd: Bool { bytes.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = bytes.first, UInt32(first) == character.value else { return false }
        bytes.removeFirst()
        return true
    }

    mutating func number(digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard bytes.count >= digits else { return nil }
        var value: Int64 = 0
        for byte in bytes.prefix(digits) {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        bytes = bytes.dropFirst(digits)
        return range.contains(value) ? value : nil
    }

    /// An optional fraction of one to nine digits, cut to milliseconds.
    mutating func milliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let byte = bytes.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            if count < 3 { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
            count += 1
            bytes.removeFirst()
        }
        guard (1...9).contains(count) else { return nil }
        for _ in 0..<max(0, 3 - count) { value *= 10 }
        return value
    }

    /// `Z` or `+hh:mm`, as minutes east of UTC.
    mutating func offsetMinutes() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign == -1 || skip("+"), let hours = number(digits: 2, in: 0...23), skip(":"),
            let minutes = number(digits: 2, in: 0...59)
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
