import NIOCore
import Testing
import bank_load

@Suite struct `Responses on the wire` {
    private let text =
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nidempotent-replayed: true\r\n"
        + "RETRY-AFTER: 7\r\nContent-Length: 5\r\n\r\nhello"

    @Test func `a response is read with the headers that matter`() throws {
        var buffer = ByteBuffer(string: text)
        let reply = try #require(try ResponseParser().next(from: &buffer))
        #expect(reply.status == 201)
        #expect(reply.isReplayed)
        #expect(reply.retryAfterSeconds == 7)
        #expect(reply.keepsAlive)
        #expect(String(buffer: reply.body) == "hello")
        #expect(buffer.readableBytes == 0)
    }

    @Test func `a response that comes byte by byte is complete at its last byte only`() throws {
        var buffer = ByteBuffer()
        for (index, byte) in text.utf8.enumerated() {
            buffer.writeInteger(byte)
            let reply = try ResponseParser().next(from: &buffer)
            #expect((reply != nil) == (index == text.utf8.count - 1))
        }
    }

    @Test func `two responses in one read are two`() throws {
        var buffer = ByteBuffer(string: text + text)
        #expect(try ResponseParser().next(from: &buffer) != nil)
        #expect(try ResponseParser().next(from: &buffer) != nil)
        #expect(try ResponseParser().next(from: &buffer) == nil)
    }

    @Test func `a 204 has no body and needs no length`() throws {
        var buffer = ByteBuffer(string: "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        let reply = try #require(try ResponseParser().next(from: &buffer))
        #expect(reply.status == 204)
        #expect(!reply.keepsAlive)
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH\r\n\r\n", WireFault.noStatusLine),
        ("HTTP/1.1 abc OK\r\n\r\n", .noStatusLine),
        ("HTTP/1.1 100 Continue\r\n\r\n", .noStatusLine),
        ("HTTP/1.1 200 OK\r\n\r\n", .noContentLength),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .noContentLength),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .malformedHeader),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", .malformedHeader),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", .bodyTooLong),
    ])
    func `what is no response is a fault`(text: String, fault: WireFault) {
        var buffer = ByteBuffer(string: text)
        #expect(throws: fault) { try ResponseParser().next(from: &buffer) }
    }

    @Test func `a head without an end is a fault once it is too long`() {
        var buffer = ByteBuffer(string: "HTTP/1.1 200 OK\r\n")
        buffer.writeRepeatingByte(UInt8(ascii: "x"), count: ResponseParser.headBytesMax)
        #expect(throws: WireFault.headTooLong) { try ResponseParser().next(from: &buffer) }
    }

    @Test(arguments: [
        ("http://127.0.0.1:3000", "127.0.0.1", 3000), ("http://bank/", "bank", 80),
    ])
    func `an address is a host and a port`(url: String, host: String, port: Int) {
        #expect(WireEndpoint(url: url) == WireEndpoint(host: host, port: port))
    }

    @Test(arguments: [
        "https://bank", "bank:3000", "http://", "http://bank/api", "http://bank:0",
        "http://bank:70000", "http://u@bank", "http://a b", "http://bank:1:2", "http://:3000",
    ])
    func `anything else is no address`(url: String) { #expect(WireEndpoint(url: url) == nil) }
}
