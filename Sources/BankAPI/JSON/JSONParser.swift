/// A strict reader of JSON texts (RFC 8259) from outside.
///
/// Refuses what libraries let pass and attackers use: duplicate keys, lone surrogates, NUL,
/// invalid UTF-8, a byte order mark, trailing data, deep nesting. Foundation's decoder accepts
/// the first two and loses the literal of a number, which is why this one exists.
package struct JSONParser: ~Copyable {
    /// How deep arrays and objects may be nested.
    package static let depthMax = 32
    /// Above this many members, duplicate keys are looked for in a set.
    private static let membersComparedMax = 16

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONError(.byteOrderMark, offset: 0) }
        var parser = JSONParser(bytes)
        parser.skipSpace()
        guard parser.peek != nil else { throw JSONError(.empty, offset: 0) }
        let value = try parser.value()
        parser.skipSpace()
        guard parser.peek == nil else { throw JSONError(.trailingData, offset: parser.index) }
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func fault(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason, offset: index)
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == character.value else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        switch peek {
        case UInt8(ascii: "{"): return .object(try nested { p throws(JSONError) in try p.object() })
        case UInt8(ascii: "["): return .array(try nested { p throws(JSONError) in try p.array() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested<Result>(
        _ body: (inout JSONParser) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        guard depth < Self.depthMax else { throw fault(.tooDeep) }
        depth += 1
        index += 1
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let end = index + text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer {
            end <= bytes.count && bytes[index..<end].elementsEqual($0)
        }
        guard matches else { throw fault(.syntax) }
        index = end
        return value
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        skipSpace()
        if skip("]") { return elements }
        while true {
            skipSpace()
            do { elements.append(try value()) } catch { throw error.inside(elements.count) }
            skipSpace()
            if skip(",") { continue }
            guard skip("]") else { throw fault(.syntax) }
            return elements
        }
    }

    private mutating func object() throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        var keys: Set<String> = []
        skipSpace()
        if skip("}") { return members }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fault(.syntax) }
            let key = try string()
            if Self.isDuplicate(key, in: members, &keys) {
                throw fault(.duplicateKey).inside(key)
            }
            skipSpace()
            guard skip(":") else { throw fault(.syntax) }
            skipSpace()
            do { members.append(JSONMember(key: key, value: try value())) } catch {
                throw error.inside(key)
            }
            skipSpace()
            if skip(",") { continue }
            guard skip("}") else { throw fault(.syntax) }
            return members
        }
    }

    private static func isDuplicate(
        _ key: String, in members: [JSONMember], _ keys: inout Set<String>
    ) -> Bool {
        if members.count < membersComparedMax { return members.contains { $0.key == key } }
        if keys.isEmpty { keys.formUnion(members.map(\.key)) }
        return !keys.insert(key).inserted
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, kept as its literal.
    private mutating func number() throws(JSONError) -> String {
        let start = index
        _ = skip("-")
        if !skip("0") { try digits() }
        if skip(".") { try digits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index += 1 }
        guard index > start else { throw fault(.syntax) }
    }

    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        var unescaped: [UInt8]?
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let text =
                    if let unescaped {
                        String(validating: unescaped, as: UTF8.self)
                    } else {
                        String(validating: bytes[start..<index], as: UTF8.self)
                    }
                guard let text else { throw fault(.invalidUTF8) }
                index += 1
                return text
            case UInt8(ascii: "\\"):
                var buffer = unescaped ?? Array(bytes[start..<index])
                try escape(into: &buffer)
                unescaped = buffer
            case 0..<0x20:
                throw fault(.controlCharacter)
            default:
                unescaped?.append(byte)
                index += 1
            }
        }
        throw fault(.syntax)
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        index += 1
        guard let byte = peek else { throw fault(.syntax) }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): buffer.append(contentsOf: UTF8.encode(try scalar()) ?? .init())
        default: throw fault(.syntax)
        }
    }

    /// The scalar of `\u` with four digits, or of two of them that are a surrogate pair.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimal()
        if first == 0 { throw fault(.nul) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, skip("\\"), skip("u") else { throw fault(.loneSurrogate) }
        let second = try hexadecimal()
        guard 0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fault(.loneSurrogate) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw fault(.syntax) }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
