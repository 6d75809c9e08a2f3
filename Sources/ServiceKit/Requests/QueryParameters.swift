package import BankAPI
package import Hummingbird
package import Ledger

/// Reads the query of a request and collects every fault, as ``JSONFields`` does for bodies.
///
/// What nobody asks for is a fault, and so is a name that stands twice. Percent-encoding is
/// read strictly (RFC 3986 section 2.1); `+` is a space, as forms write it.
package struct QueryParameters {
    package private(set) var faults: [FieldFault] = []
    private var values: [String: String] = [:]
    private var known: Set<String> = []

    /// No query holds more parameters.
    private static let parametersMax = 50

    package init(_ request: Request) { self.init(query: request.uri.query ?? "") }

    package init(query: String) {
        let parts = query.split(separator: "&")
        guard parts.count <= Self.parametersMax else {
            add("", .tooMany, "At most \(Self.parametersMax) parameters are allowed.")
            return
        }
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = pair.first, let name = Self.decoded(first),
                let value = Self.decoded(pair.count > 1 ? pair[1] : "")
            else {
                add(String(part.prefix(60)), .invalidText, "The percent-encoding is broken.")
                continue
            }
            if values.updateValue(value, forKey: name) != nil {
                add(name, .duplicateParameter, "This parameter stands twice.")
            }
        }
    }

    package mutating func add(_ name: String, _ code: FieldFaultCode, _ detail: String) {
        faults.append(FieldFault(pointer: "?\(name)", code: code, detail: detail))
    }

    /// The parameter's text; an empty one counts as left out.
    package mutating func string(_ name: String, bytesMax: Int = 500) -> String? {
        known.insert(name)
        guard let value = values[name], !value.isEmpty else { return nil }
        guard value.utf8.count <= bytesMax else {
            add(name, .tooLong, "At most \(bytesMax) bytes are allowed.")
            return nil
        }
        return value
    }

    /// The parameter's text before it is read for good.
    package func peek(_ name: String) -> String? { values[name] }

    /// What `parse` makes of the text; nil if it is left out, or (a fault) makes no sense.
    package mutating func value<Value>(
        _ name: String, _ code: FieldFaultCode, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = string(name) else { return nil }
        if let value = parse(text) { return value }
        add(name, code, "\(expected) is expected.")
        return nil
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        let expected = "An integer from \(range.lowerBound) to \(range.upperBound)"
        return value(name, .outOfRange, expected: expected) { text in
            let isPlain = text.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) }
            return isPlain ? Int64(text).flatMap { range.contains($0) ? $0 : nil } : nil
        }
    }

    package mutating func flag(_ name: String) -> Bool? {
        value(name, .invalidValue, expected: "true or false") { Bool($0) }
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _: Choice.Type = Choice.self
    ) -> Choice? {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return value(name, .invalidValue, expected: "One of \(words)") { Choice(rawValue: $0) }
    }

    package mutating func identifier<Kind: IdentifierKind>(
        _ name: String, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) -> Identifier<Kind>? {
        value(name, .invalidIdentifier, expected: "An identifier (\(Kind.prefix)_…)") {
            Identifier<Kind>($0)
        }
    }

    /// RFC 3339 with a time zone.
    package mutating func timestamp(_ name: String) -> Timestamp? {
        value(name, .invalidDate, expected: "A time (2026-01-31T09:30:00Z)") {
            Timestamp(rfc3339: $0)
        }
    }

    /// Throws a 400 with all faults, among them the parameters that nobody asked for.
    package consuming func finish() throws(Problem) {
        for name in values.keys.sorted() where !known.contains(name) {
            add(String(name.prefix(60)), .unknownParameter, "This parameter is not known.")
        }
        if !faults.isEmpty { throw Problem.validation(faults) }
    }
}

extension QueryParameters {
    /// The page that is asked for: `limit` 1…200 (50), and `cursor`.
    package mutating func page() -> PageQuery {
        PageQuery(
            limit: Int(integer("limit", in: 1...200) ?? 50),
            cursor: string("cursor", bytesMax: PageQuery.cursorBytesMax))
    }

    /// Nil for a `%` without two hexadecimal digits, NUL, or what is no UTF-8 then.
    private static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexadecimal),
                    let low = iterator.next().flatMap(hexadecimal)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}

/// Which part of a list is asked for.
package struct PageQuery: Hashable, Sendable {
    package static let cursorBytesMax = 500
    package let limit: Int
    package let cursor: String?

    package init(limit: Int, cursor: String?) {
        self.limit = limit
        self.cursor = cursor
    }
}
