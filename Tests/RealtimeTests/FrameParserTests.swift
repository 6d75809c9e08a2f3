import NIOCore
import Realtime
import Testing

@Suite struct FrameParserTests {
    static let text: UInt8 = 0x81

    /// What the bytes give, handed in whole and byte by byte: both must be the same.
    private func outcome(_ bytes: [UInt8], max: Int = 16_384) -> FrameOutcome {
        let whole = FrameOutcome(bytes, chunk: bytes.count, messageBytesMax: max)
        let single = FrameOutcome(bytes, chunk: 1, messageBytesMax: max)
        #expect(whole == single)
        return whole
    }

    @Test func `a masked text message is read`() {
        let read = outcome(Frame.bytes(0x81, Array("Zażółć 🏦".utf8)))
        #expect(read.texts == ["Zażółć 🏦"])
        #expect(read.violation == nil)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536])
    func `a message of any length is unmasked`(count: Int) {
        let payload = (0..<count).map { UInt8(0x20 + $0 % 90) }
        let read = FrameOutcome(
            Frame.bytes(0x81, payload), chunk: max(count, 1), messageBytesMax: 100_000)
        #expect(read.texts == [String(decoding: payload, as: UTF8.self)])
    }

    @Test func `fragments are put together, with a ping between them`() {
        let bytes =
            Frame.bytes(0x01, Array("Hel".utf8)) + Frame.bytes(0x89, [1, 2])
            + Frame.bytes(0x00, []) + Frame.bytes(0x80, Array("lo".utf8))
        let read = outcome(bytes)
        #expect(read.texts == ["Hello"])
        #expect(read.pings == [[1, 2]])
    }

    @Test func `a character may be cut by fragments`() {
        let bytes = Frame.bytes(0x01, [0xE2, 0x82]) + Frame.bytes(0x80, [0xAC])
        #expect(outcome(bytes).texts == ["€"])
    }

    @Test(arguments: [
        [Frame.bytes(0x01, [0x61, 0xFF])],
        [Frame.bytes(0x01, [0x61, 0xF4]), Frame.bytes(0x00, [0x90])],
        [Array(Frame.bytes(0x81, [0xED, 0xA0] + [UInt8](repeating: 0x61, count: 9)).dropLast(9))],
    ])
    func `text that can no longer become UTF-8 is refused before its end`(frames: [[UInt8]]) {
        #expect(outcome(frames.flatMap(\.self)).violation == .invalidText)
    }

    @Test func `a message's UTF-8 says nothing about the next one's`() {
        let euro = Frame.bytes(0x01, [0xE2]) + Frame.bytes(0x80, [0x82, 0xAC])
        let read = outcome(euro + Frame.bytes(0x81, [0x61]) + euro)
        #expect(read.texts == ["€", "a", "€"])
        #expect(outcome(Frame.bytes(0x81, [0xE2]) + Frame.bytes(0x81, [0x82])).texts == [])
    }

    @Test func `what no client may send ends with its close code`() {
        let cases: [(String, [UInt8], CloseCode)] = [
            ("unmasked", [0x81, 0x02, 0x7B, 0x7D], .protocolError),
            ("RSV1", Frame.bytes(0xC1, []), .protocolError),
            ("RSV2", Frame.bytes(0xA1, []), .protocolError),
            ("RSV3", Frame.bytes(0x91, []), .protocolError),
            ("fragmented ping", Frame.bytes(0x09, []), .protocolError),
            ("fragmented close", Frame.bytes(0x08, []), .protocolError),
            ("ping of 126", Frame.bytes(0x89, [UInt8](repeating: 0, count: 126)), .protocolError),
            ("continuation of nothing", Frame.bytes(0x80, []), .protocolError),
            (
                "message in a message", Frame.bytes(0x01, []) + Frame.bytes(0x81, []),
                .protocolError
            ),
            ("binary", Frame.bytes(0x82, [1]), .unacceptableData),
            ("bad UTF-8", Frame.bytes(0x81, [0xFF]), .invalidText),
            ("half a character", Frame.bytes(0x81, [0xE2, 0x82]), .invalidText),
            ("overlong", Frame.bytes(0x81, [0xC0, 0x80]), .invalidText),
            ("surrogate", Frame.bytes(0x81, [0xED, 0xA0, 0x80]), .invalidText),
            ("over U+10FFFF", Frame.bytes(0x81, [0xF4, 0x90, 0x80, 0x80]), .invalidText),
            ("length 2^63", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .protocolError),
            (
                "length 2^63-1", [0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7),
                .messageTooBig
            ),
            ("not minimal 16", [0x81, 0xFE, 0, 5], .protocolError),
            ("not minimal 64", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .protocolError),
            (
                "too big", Frame.bytes(0x81, [UInt8](repeating: 0x20, count: 16_385)),
                .messageTooBig
            ),
        ]
        for (name, bytes, code) in cases {
            #expect(outcome(bytes).violation == code, "\(name)")
        }
    }

    @Test(arguments: [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF] as [UInt8])
    func `reserved opcodes are refused`(opcode: UInt8) {
        #expect(outcome(Frame.bytes(0x80 | opcode, [])).violation == .protocolError)
    }

    @Test func `a size is refused before its bytes have come`() {
        let header: [UInt8] = [0x81, 0xFE, 0x40, 0x01]
        #expect(FrameOutcome(header, chunk: 4, messageBytesMax: 16_384).violation == .messageTooBig)
    }

    @Test func `fragments together may not pass the limit`() {
        let part = [UInt8](repeating: 0x61, count: 60)
        let bytes = Frame.bytes(0x01, part) + Frame.bytes(0x80, part)
        #expect(outcome(bytes, max: 119).violation == .messageTooBig)
        #expect(outcome(bytes, max: 120).violation == nil)
    }

    @Test func `an endless row of empty fragments is refused`() {
        var bytes = Frame.bytes(0x01, [])
        for _ in 0..<2_000 { bytes += Frame.bytes(0x00, []) }
        let read = FrameOutcome(bytes, chunk: bytes.count, messageBytesMax: 16_384)
        #expect(read.violation == .messageTooBig)
    }

    @Test func `a close is read with its code and nothing after it`() {
        let bytes = Frame.bytes(0x88, [0x03, 0xE8] + Array("bye".utf8)) + Frame.bytes(0x81, [])
        let read = outcome(bytes)
        #expect(read.close == .some(.normal))
        #expect(read.texts.isEmpty)
        #expect(outcome(Frame.bytes(0x88, [])).close == .some(nil))
    }

    @Test func `a close may carry allowed codes only`() {
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2_999, 5_000, 65_535] {
            let bytes = Frame.bytes(0x88, [UInt8(code >> 8), UInt8(code & 255)])
            #expect(outcome(bytes).violation == .protocolError, "\(code)")
        }
        for code in [1000, 1001, 1003, 1007, 1014, 3_000, 4_401, 4_999] {
            let bytes = Frame.bytes(0x88, [UInt8(code >> 8), UInt8(code & 255)])
            #expect(outcome(bytes).violation == nil, "\(code)")
        }
        #expect(outcome(Frame.bytes(0x88, [3])).violation == .protocolError)
        #expect(outcome(Frame.bytes(0x88, [0x03, 0xE8, 0xFF])).violation == .invalidText)
    }

    @Test func `mutated streams never trap, and end the same however they are cut`() {
        var random = SplitMix(seed: 7)
        let seeds = [
            Frame.bytes(0x81, Array("{\"type\":\"ping\"}".utf8)), Frame.bytes(0x89, [1]),
            Frame.bytes(0x01, [0x61]) + Frame.bytes(0x80, [0x62]),
            Frame.bytes(0x88, [0x03, 0xE8]),
        ]
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<random.below(4) { bytes += seeds[random.below(seeds.count)] }
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let whole = FrameOutcome(bytes, chunk: max(bytes.count, 1), messageBytesMax: 512)
            let cut = FrameOutcome(
                bytes, chunk: 1 + random.below(5), messageBytesMax: 512)
            #expect(whole == cut)
        }
    }
}
