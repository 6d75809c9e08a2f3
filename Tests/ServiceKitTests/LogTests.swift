import BankAPI
import Logging
import ServiceKit
import Testing

@Suite struct LogTests {
    private let lines = Lines()
    private static let hostile = "a\r\nlevel=error b\u{1B}[31m\u{9B}2J\u{2028}\u{0}\"\\ end"

    private func logger(_ output: LogOutput) -> Logger {
        Logger(label: "test") { LineLogHandler(label: $0, level: .debug, output: output) }
    }

    @Test(arguments: LogFormat.allCases)
    func `an event is one line whatever stands in it`(format: LogFormat) async {
        let output = lines.output(format)
        logger(output).warning(
            "\(Self.hostile)", metadata: ["field": "\(Self.hostile)", "\(Self.hostile)": "x"])
        await output.flush()
        #expect(lines.all.count == 1)
        for byte in lines.text.dropLast().utf8 { #expect(byte >= 0x20 && byte != 0x7F) }
        for scalar in lines.text.unicodeScalars {
            #expect(!(0x80..<0xA0).contains(scalar.value) && scalar.value != 0x2028)
        }
    }

    @Test func `a line of JSON is an object with time, level, message and fields`() async throws {
        let output = lines.output()
        var logger = logger(output)
        logger[metadataKey: "request.id"] = "req_1"
        logger.info("something happened", metadata: ["count": "3"])
        await output.flush()
        let line = try #require(lines.all.first)
        let json = try JSONParser.parse(Array(line.utf8))
        #expect(json["level"] == .string("info"))
        #expect(json["message"] == .string("something happened"))
        #expect(json["request.id"] == .string("req_1"))
        #expect(json["count"] == .string("3"))
        #expect(json["time"]?.string?.hasSuffix("Z") == true)
    }

    @Test func `what is named a secret is not written`() async {
        let output = lines.output()
        logger(output).info(
            "login",
            metadata: [
                "password": "canary", "accessToken": "canary", "http.Authorization": "canary",
                "set-cookie": "canary", "otp": "canary", "jwtSecret": "canary",
            ])
        await output.flush()
        #expect(!lines.text.contains("canary"))
    }

    @Test func `a very long value is cut`() async {
        let output = lines.output()
        logger(output).info("x", metadata: ["field": "\(String(repeating: "y", count: 100_000))"])
        await output.flush()
        #expect(lines.text.utf8.count < 3_000)
    }

    @Test func `lines keep their order and none is lost`() async {
        let output = lines.output()
        let logger = logger(output)
        for number in 0..<5_000 { logger.info("n", metadata: ["number": "\(number)"]) }
        await output.flush()
        #expect(lines.all.count == 5_000)
        for (number, line) in lines.all.enumerated() {
            #expect(line.contains("\"number\":\"\(number)\""))
        }
    }
}
