import BankAPI
import Testing

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    private func fault(_ text: String) -> JSONError? {
        fault(Array(text.utf8))
    }

    private func fault(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch { return error }
    }

    @Test func `every kind of value is read`() throws {
        let value = try parse(#" {"a":[1,-2.5e+3,true,false,null,"x"],"b":{}} "#)
        #expect(
            value
                == .object([
                    JSONMember(
                        key: "a",
                        value: .array([
                            .number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null,
                            .string("x"),
                        ])),
                    JSONMember(key: "b", value: .object([])),
                ]))
    }

    @Test func `a number keeps its literal, and only integer literals are integers`() throws {
        #expect(try parse("1").integer == 1)
        #expect(try parse("9223372036854775807").integer == .max)
        for literal in ["1.0", "1e2", "-0", "9223372036854775808", "1e400", "1E-400"] {
            #expect(try parse(literal) == .number(literal))
            #expect(try parse(literal).integer == nil)
        }
    }

    @Test(arguments: [
        "01", "+1", ".5", "1.", "1e", "--1", "NaN", "Infinity", "0x10", "１", "tru", "nul", "'a'",
        "[1,]", "{\"a\":1,}", "{a:1}", "[1 2]", "{\"a\" 1}", "[", "{", "\"", "\"\\x\"", "{\"a\"}",
        "\"\\u12\"", "]",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(fault(text) != nil)
    }

    @Test func `the empty text, trailing data and a byte order mark are refused`() {
        #expect(fault("")?.reason == .empty)
        #expect(fault(" \n")?.reason == .empty)
        #expect(fault("1 2")?.reason == .trailingData)
        #expect(fault("{}{}")?.reason == .trailingData)
        #expect(fault([0xEF, 0xBB, 0xBF, 0x31])?.reason == .byteOrderMark)
    }

    @Test func `escapes and surrogate pairs are read, halves and NUL are refused`() throws {
        #expect(
            try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#)
                == .string("\"\\/\u{8}\u{c}\n\r\té😀"))
        #expect(fault(#""\ud83d""#)?.reason == .loneSurrogate)
        #expect(fault(#""\ude00""#)?.reason == .loneSurrogate)
        #expect(fault(#""\ud83dA""#)?.reason == .loneSurrogate)
        #expect(fault(#""\u0000""#)?.reason == .nul)
    }

    @Test func `invalid UTF-8 and raw control characters are refused`() {
        #expect(fault([0x22, 0xFF, 0x22])?.reason == .invalidUTF8)
        #expect(fault([0x22, 0xC0, 0x80, 0x22])?.reason == .invalidUTF8)
        #expect(fault([0x22, 0xED, 0xA0, 0x80, 0x22])?.reason == .invalidUTF8)
        #expect(fault([0x22, 0x0A, 0x22])?.reason == .controlCharacter)
        #expect(fault([0x22, 0x00, 0x22])?.reason == .controlCharacter)
    }

    @Test func `a duplicate key is refused with its pointer, in small and large objects`() {
        let small = fault(#"{"a":{"x/y":1,"x/y":2}}"#)
        #expect(small?.reason == .duplicateKey)
        #expect(small?.pointer == "/a/x~1y")
        let members = (0..<1000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(fault("{\(members)}") == nil)
        #expect(fault("{\(members),\"k999\":1}")?.pointer == "/k999")
    }

    @Test func `keys that differ only in their escapes are the same key`() {
        #expect(fault(#"{"a":1,"\u0061":2}"#)?.reason == .duplicateKey)
    }

    @Test func `nesting is limited`() {
        #expect(fault(String(repeating: "[", count: 32) + String(repeating: "]", count: 32)) == nil)
        #expect(fault(String(repeating: "[", count: 100_000))?.reason == .tooDeep)
        #expect(fault(String(repeating: "{\"a\":", count: 100_000))?.reason == .tooDeep)
    }

    @Test func `mutated texts are read or refused, never a trap`() {
        var random = SystemRandomNumberGenerator()
        let seed = Array(#"{"a":[1,-2.5e+3,true,null,"x\ud83d\ude00é"],"b":{"c":"\n"}}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1 where bytes.count > 1: bytes.remove(at: index)
                default: bytes.insert(seed[index % seed.count], at: index)
                }
            }
            if let value = try? JSONParser.parse(bytes) {
                let written = JSONWriter.bytes { $0.value(value) }
                #expect((try? JSONParser.parse(written)) == value)
            }
        }
    }
}
