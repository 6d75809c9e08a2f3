import Ledger
import NIOCore
import NIOWebSocket
import Testing

import bank_load

@Suite struct `Sockets of the load client` {
    private let account = "acc_01jd5xnbz8e2v9m3k4q6r7s8tw"

    @Test func `a pushed entry is read with its place and its times`() throws {
        let text = """
            {"type":"transaction","accountId":"\(account)","seq":7,"transaction":{},"balance":{},\
            "requestId":"req","committedAt":"2026-01-31T09:30:00.250Z",\
            "sentAt":"2026-01-31T09:30:00.254Z"}
            """
        let message = try #require(SocketMessage(Array(text.utf8)))
        let committedAt = Timestamp(milliseconds: 1_769_851_800_250)
        #expect(
            message
                == .entry(
                    try #require(AccountID(account)), seq: 7, committedAt: committedAt,
                    sentAt: Timestamp(milliseconds: 1_769_851_800_254)))
        #expect(message.type == "transaction")
    }

    @Test func `the positions of a subscription are read`() throws {
        let text = #"{"type":"subscribed","accounts":[{"accountId":"\#(account)","seq":3}]}"#
        let id = try #require(AccountID(account))
        #expect(SocketMessage(Array(text.utf8)) == .subscribed([id: 3]))
    }

    @Test(arguments: ["", "[]", #"{"type":1}"#, #"{"type":"transaction","seq":1}"#])
    func `what is no message of the protocol is none`(text: String) {
        #expect(SocketMessage(Array(text.utf8)) == nil)
    }

    @Test(arguments: [0, 125, 126, 65_535, 65_536])
    func `a frame is read once all of it is there`(length: Int) throws {
        var whole = ByteBuffer()
        whole.writeInteger(UInt8(0x81))
        switch length {
        case ..<126: whole.writeInteger(UInt8(length))
        case ..<65_536:
            whole.writeInteger(UInt8(126))
            whole.writeInteger(UInt16(length))
        default:
            whole.writeInteger(UInt8(127))
            whole.writeInteger(UInt64(length))
        }
        whole.writeRepeatingByte(UInt8(ascii: "a"), count: length)
        var short = whole.getSlice(at: 0, length: whole.readableBytes - 1) ?? ByteBuffer()
        let none = try short.readServerFrame()
        #expect(none == nil)
        let read = try whole.readServerFrame()
        let frame = try #require(read)
        #expect(frame.payload.readableBytes == length)
        #expect(whole.readableBytes == 0)
    }

    @Test(arguments: [[0x01, 0x00], [0xC1, 0x00], [0x81, 0x80], [0x81, 0x7F, 0xFF]])
    func `fragments, reserved bits, masks and giants are no frames`(start: [UInt8]) {
        var buffer = ByteBuffer(bytes: start + [UInt8](repeating: 0xFF, count: 8))
        #expect(throws: SocketFault.self) { _ = try buffer.readServerFrame() }
    }

    @Test(arguments: [5, 125, 126, 4_000])
    func `a client's frame is masked, and reads the same unmasked`(length: Int) throws {
        let text = String(repeating: "t", count: length)
        var bytes = ByteBuffer()
        bytes.writeClientFrame(.text, ByteBuffer(string: text))
        let (first, second) = (bytes.readBytes(length: 1), bytes.readBytes(length: 1)?.first ?? 0)
        #expect(first == [0x81])
        #expect(second & 0x80 != 0)
        if second & 0x7F == 126 {
            let extended = bytes.readInteger(as: UInt16.self)
            #expect(extended == UInt16(length))
        }
        let key = bytes.readBytes(length: 4).flatMap { WebSocketMaskingKey($0) }
        bytes.webSocketUnmask(try #require(key))
        #expect(String(buffer: bytes) == text)
    }
}
