/// Splits bytes into records of fields, as they come, by RFC 4180.
///
/// Fields may be quoted; a quote inside is doubled; quoted fields may hold delimiters and line
/// ends. Lines end with LF or CRLF, the last one may lack it; empty lines are passed over; a byte
/// order mark at the beginning is, too. Everything else is a ``CSVFault`` with its line.
package struct CSVParser: Sendable {
    package static let fieldBytesMax = 64 * 1024
    package static let fieldsMax = 1000

    private enum State: Sendable {
        case fieldStart, unquoted, quoted
        /// After a quote inside a quoted field: its end, or the first of two.
        case quoteInQuoted
        case carriageReturn
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let delimiter: UInt8
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var recordLine = 1
    /// What may become a byte order mark; nil when that is decided.
    private var beginning: [UInt8]? = []

    package init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }

    /// Takes bytes in, and gives every record that they complete to `body`.
    package mutating func feed(
        _ bytes: some Sequence<UInt8>, _ body: (CSVRecord) throws -> Void
    ) throws {
        for byte in bytes {
            guard var mark = beginning else {
                try take(byte, body)
                continue
            }
            mark.append(byte)
            if mark == Self.byteOrderMark {
                beginning = nil
            } else if Self.byteOrderMark.starts(with: mark) {
                beginning = mark
            } else {
                beginning = nil
                for byte in mark { try take(byte, body) }
            }
        }
    }

    /// Ends the text, and gives its last record to `body` if its line had no end.
    package mutating func finish(_ body: (CSVRecord) throws -> Void) throws {
        if case .quoted = state { throw CSVFault(line: recordLine, reason: .unterminatedQuote) }
        if case .carriageReturn = state { throw CSVFault(line: line, reason: .strayCarriageReturn) }
        try endRecord(body)
    }

    private mutating func take(_ byte: UInt8, _ body: (CSVRecord) throws -> Void) throws {
        switch (state, byte) {
        case (.carriageReturn, 0x0A), (.fieldStart, 0x0A), (.unquoted, 0x0A),
            (.quoteInQuoted, 0x0A):
            try endRecord(body)
            line += 1
            recordLine = line
        case (.carriageReturn, _):
            throw CSVFault(line: line, reason: .strayCarriageReturn)
        case (.quoted, UInt8(ascii: "\"")):
            state = .quoteInQuoted
        case (.quoted, _):
            if byte == 0x0A { line += 1 }
            try append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            state = .quoted
            try append(byte)
        case (_, delimiter):
            try endField()
        case (_, 0x0D):
            state = .carriageReturn
        case (.quoteInQuoted, _):
            throw CSVFault(line: line, reason: .textAfterQuote)
        case (.fieldStart, UInt8(ascii: "\"")):
            state = .quoted
        case (_, UInt8(ascii: "\"")):
            throw CSVFault(line: line, reason: .quoteInField)
        default:
            state = .unquoted
            try append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) throws {
        guard byte != 0 else { throw CSVFault(line: line, reason: .nul) }
        guard field.count < Self.fieldBytesMax else {
            throw CSVFault(line: recordLine, reason: .fieldTooLong)
        }
        field.append(byte)
    }

    private mutating func endField() throws {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw CSVFault(line: recordLine, reason: .notUTF8)
        }
        guard fields.count < Self.fieldsMax else {
            throw CSVFault(line: recordLine, reason: .tooManyFields)
        }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    private mutating func endRecord(_ body: (CSVRecord) throws -> Void) throws {
        try endField()
        let record = CSVRecord(line: recordLine, fields: fields)
        fields.removeAll(keepingCapacity: true)
        if record.fields != [""] { try body(record) }
    }
}

/// A record and the line (from 1) it begins in.
package struct CSVRecord: Hashable, Sendable {
    package let line: Int
    package let fields: [String]
}

package struct CSVFault: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Hashable, Sendable {
        case unterminatedQuote = "a quoted field does not end"
        case textAfterQuote = "something follows the closing quote of a field"
        case quoteInField = "a quote inside a field that is not quoted"
        case strayCarriageReturn = "a carriage return without a line feed"
        case nul = "the character NUL"
        case notUTF8 = "a field is not UTF-8"
        case fieldTooLong = "a field is longer than 64 KiB"
        case tooManyFields = "more than 1000 fields"
    }

    package let line: Int
    package let reason: Reason

    package init(line: Int, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    package var description: String { "line \(line): \(reason.rawValue)" }
}
