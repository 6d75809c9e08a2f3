import BankAPI
import Ledger
import Logging

/// One event as one line: an object of JSON, or text for people.
///
/// Whatever a field holds, it stays one line and cannot drive a terminal: control characters,
/// also the C1 ones and the Unicode line separators, are shown escaped.
struct LogLine {
    private let format: LogFormat
    /// The members without the braces around them.
    private var json = JSONWriter(reservingCapacity: 512)
    private var text: [UInt8] = []

    /// Longer values are cut.
    static let valueBytesMax = 2_048

    init(format: LogFormat, at time: Timestamp, level: Logger.Level, message: String) {
        self.format = format
        switch format {
        case .json:
            json.member("time", describing: time)
            json.member("level", level.rawValue)
            json.member("message", Self.safe(message))
        case .text:
            text += "\(time) \(level.rawValue) \(Self.safe(message, escapingAll: true))".utf8
        }
    }

    mutating func add(_ key: String, _ value: String) {
        switch format {
        case .json:
            json.key(escaping: Self.safe(key))
            json.string(Self.safe(value))
        case .text:
            let key = Self.safe(key, escapingAll: true)
            text += " \(key)=\(Self.safe(value, escapingAll: true))".utf8
        }
    }

    mutating func add(_ key: String, _ value: Int) {
        switch format {
        case .json:
            json.key(escaping: key)
            json.integer(value)
        case .text: text += " \(key)=\(value)".utf8
        }
    }

    /// The line's bytes, with its newline.
    consuming func finish() -> [UInt8] {
        switch format {
        case .json:
            var line: [UInt8] = []
            line.reserveCapacity(json.bytes.count + 3)
            line.append(UInt8(ascii: "{"))
            line.append(contentsOf: json.bytes)
            line.append(UInt8(ascii: "}"))
            line.append(0x0A)
            return line
        case .text:
            return text + [0x0A]
        }
    }

    /// Cut to its limit, and without what breaks lines or drives terminals. The writer of JSON
    /// escapes the C0 controls itself, so these are left to it.
    private static func safe(_ value: String, escapingAll: Bool = false) -> String {
        var value = value
        if value.utf8.count > valueBytesMax {
            value = String(decoding: value.utf8.prefix(valueBytesMax), as: UTF8.self) + "…"
        }
        let isPlain = value.utf8.allSatisfy { $0 < 0x80 && (!escapingAll || $0 >= 0x20) }
        if isPlain { return value }
        return value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar.value {
            case 0..<0x20 where escapingAll, 0x7F..<0xA0, 0x2028, 0x2029:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
