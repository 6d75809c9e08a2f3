import Testing
import bank_load

@Suite struct `CSV by RFC 4180` {
    private func records(
        _ text: String, delimiter: Character = ",", pieces: Int = 1000
    ) throws
        -> [CSVRecord]
    {
        var parser = CSVParser(delimiter: delimiter.asciiValue ?? 0)
        var records: [CSVRecord] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try parser.feed(bytes[start..<min(start + pieces, bytes.count)]) { records.append($0) }
        }
        try parser.finish { records.append($0) }
        return records
    }

    @Test(arguments: [
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
        ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,,\n", [["a", "", ""]]),
        ("\"a,b\",\"c\"\"d\"\n", [["a,b", "c\"d"]]),
        ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
        ("\"\",x\n", [["", "x"]]),
        ("\n\na\n\n", [["a"]]),
        ("\u{FEFF}id,x\n", [["id", "x"]]),
        ("\u{FF21},x\n", [["\u{FF21}", "x"]]),
        ("", []),
        ("příjem,č", [["příjem", "č"]]),
    ])
    func `records are split as the rules say, whatever the pieces`(
        text: String, expected: [[String]]
    ) throws {
        for pieces in [1, 2, 3, 1000] {
            #expect(try records(text, pieces: pieces).map(\.fields) == expected)
        }
    }

    @Test func `a record knows the line it begins in`() throws {
        let records = try records("a\n\n\"x\ny\"\nb\n")
        #expect(records.map(\.line) == [1, 3, 5])
    }

    @Test func `another delimiter leaves commas alone`() throws {
        #expect(try records("a;1,5\n", delimiter: ";").map(\.fields) == [["a", "1,5"]])
    }

    @Test(arguments: [
        ("a\n\"b", 2, CSVFault.Reason.unterminatedQuote),
        ("\"a\"b\n", 1, .textAfterQuote),
        ("a\"b\n", 1, .quoteInField),
        ("a\nb\rc\n", 2, .strayCarriageReturn),
        ("a\u{0}\n", 1, .nul),
    ])
    func `what breaks the rules is told with its line`(
        text: String, line: Int, reason: CSVFault.Reason
    ) {
        let fault = #expect(throws: CSVFault.self) { try records(text) }
        #expect(fault?.line == line)
        #expect(fault?.reason == reason)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        var parser = CSVParser()
        #expect(throws: CSVFault(line: 1, reason: .notUTF8)) {
            try parser.feed([0x61, 0xFF, 0x0A]) { _ in }
        }
    }

    @Test func `a field has a limit`() {
        let text = String(repeating: "x", count: CSVParser.fieldBytesMax + 1)
        #expect(throws: CSVFault(line: 1, reason: .fieldTooLong)) { try records(text) }
    }
}
