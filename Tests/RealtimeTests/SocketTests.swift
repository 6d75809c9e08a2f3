import BankAPI
import Ledger
import Realtime
import Testing

/// Over real sockets: what a client can do right and wrong.
@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    @Test func `a handshake is answered as RFC 6455 wants it`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.shakeHands(
                    headers: "Sec-WebSocket-Protocol: other, teller.v1\r\n")
                #expect(client.head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                #expect(client.head.contains("Sec-WebSocket-Protocol: teller.v1"))
                let hello = try await client.next()
                #expect(hello["protocol"]?.integer == 1)
                #expect(hello["connectionId"]?.string?.hasPrefix("con_") == true)
            }
        }
    }

    @Test func `spaces around the key don't belong to it`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.send(
                    Array(
                        ("GET /ws HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13 \r\n"
                            + "Sec-WebSocket-Key:  dGhlIHNhbXBsZSBub25jZQ==  \r\n\r\n").utf8))
                try await client.readHead()
                #expect(client.head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            }
        }
    }

    @Test(arguments: [
        "GET /ws HTTP/1.0\r\nHost: t\r\n", "GET /ws HTTP/1.1\r\n",
        "GET /ws HTTP/1.1\r\nHost: t\r\nHost: u\r\n",
    ])
    func `a handshake is HTTP 1.1 with one host`(start: String) async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.send(
                    Array(
                        (start + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
                try await client.readHead()
                #expect(client.head.hasPrefix("HTTP/1.") && !client.head.contains(" 101 "))
            }
        }
    }

    @Test func `frames may come in the handshake's own packet`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                let ping = Frame.bytes(0x81, Array(#"{"type":"ping"}"#.utf8))
                try await client.send(
                    Array(
                        ("GET /ws HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\n"
                            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8) + ping)
                try await client.readHead()
                #expect(try await client.next().type == "hello")
                #expect(try await client.next().type == "pong")
            }
        }
    }

    @Test func `who ends in the handshake's own packet is let go`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.send(
                    Array(
                        ("GET /ws HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
                client.sendEnd()
                try await client.readHead()
                #expect(try await client.next().type == "hello")
                #expect(try await client.receive() == .end)
            }
        }
    }

    @Test(arguments: [
        ("/ws", "Origin: http://evil.example\r\n"), ("/ws", "Origin: null\r\n"),
        ("/ws", "Origin: http://page.example\r\nOrigin: http://page.example\r\n"),
        ("/ws?token=abc", ""), ("/ws?ticket=", ""), ("/ws?ticket=a&b=c", ""), ("/wss", ""),
        ("/ws", "Content-Length: 0\r\n"), ("/ws", "Sec-WebSocket-Version: 8\r\n"),
    ])
    func `a door that stays shut answers`(path: String, headers: String) async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.shakeHands(path, headers: headers)
                #expect(client.head.hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test func `a listed origin comes in`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                try await client.shakeHands(headers: "Origin: http://page.example\r\n")
                #expect(client.head.hasPrefix("HTTP/1.1 101 "))
            }
        }
    }

    @Test func `plain HTTP is served on the same port, request after request`() async throws {
        try await Wire.run { wire in
            try await Client.connect(wire) { client in
                for _ in 0..<3 {
                    try await client.send(
                        Array("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n".utf8))
                    try await client.readHead()
                    #expect(client.head.hasPrefix("HTTP/1.1 200 "))
                    try await client.skip(5)
                }
            }
        }
    }

    @Test func `what breaks the protocol is closed with its code`() async throws {
        let cases: [([UInt8], UInt16)] = [
            ([0x81, 0x02, 0x7B, 0x7D], 1002), (Frame.bytes(0xC1, []), 1002),
            (Frame.bytes(0x83, []), 1002), (Frame.bytes(0x09, []), 1002),
            (Frame.bytes(0x89, [UInt8](repeating: 0, count: 126)), 1002),
            (Frame.bytes(0x80, []), 1002), (Frame.bytes(0x82, [1]), 1003),
            (Frame.bytes(0x81, [0xFF]), 1007),
            ([0x81, 0xFF, 0x80] + [UInt8](repeating: 0, count: 7), 1002),
            ([0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7), 1009),
            (Frame.bytes(0x81, [UInt8](repeating: 0x20, count: 16_385)), 1009),
            (Frame.bytes(0x88, [0x03, 0xEC]), 1002),
        ]
        try await Wire.run { wire in
            for (bytes, code) in cases {
                try await Client.open(wire) { client in
                    try await client.send(bytes)
                    #expect(try await client.closeCode() == code, "\(bytes.prefix(12))")
                    #expect(try await client.receive() == .end)
                }
            }
        }
    }

    @Test func `a client's close is answered with its code`() async throws {
        try await Wire.run { wire in
            try await Client.open(wire) { client in
                try await client.send(Frame.bytes(0x88, [0x03, 0xE9]))
                #expect(try await client.closeCode() == 1001)
                #expect(try await client.receive() == .end)
            }
        }
    }

    /// Those who leave wait for each other: what follows a close is not read meanwhile.
    @Test func `a crowd that leaves together is answered, each with its code`() async throws {
        try await Wire.run {
            $0.connectionsPerAddressMax = 100
        } _: { wire in
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for number in 0..<100 as Range<UInt8> {
                    // All leave when all are there.
                    clients.addTask {
                        try await Client.open(wire) { client in
                            try await eventually {
                                wire.store.all.count { $0.kind == .connectionOpened } == 100
                            }
                            let code = 3_000 + UInt16(number)
                            let close = Frame.bytes(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)])
                            try await client.send(close + Frame.bytes(0x89, [1]))
                            #expect(try await client.closeCode() == code)
                            #expect(try await client.receive() == .end)
                        }
                    }
                }
                try await clients.waitForAll()
            }
            try await eventually {
                wire.store.all.count { $0.kind == .connectionClosed } == 100
            }
            let codes = wire.store.all.compactMap { $0.kind == .connectionClosed ? $0.code : nil }
            #expect(Set(codes) == Set((3_000..<3_100).map(String.init)))
        }
    }

    @Test func `pings are answered with their payload`() async throws {
        try await Wire.run { wire in
            try await Client.open(wire) { client in
                try await client.send(Frame.bytes(0x89, [1, 2, 3]))
                #expect(try await client.receive() == .pong([1, 2, 3]))
            }
        }
    }

    @Test func `who does not say who they are is closed 4408`() async throws {
        try await Wire.run {
            $0.session.authDeadline = 300
        } _: { wire in
            try await Client.open(wire) { client in
                let code = try await client.closeCode()
                #expect(code == 4408)
            }
        }
    }

    @Test func `a wrong token is answered and closed 4401`() async throws {
        try await Wire.run { wire in
            try await Client.open(wire) { client in
                try await client.say(#"{"type":"auth","token":"nonsense"}"#)
                #expect(try await client.next()["code"] == .string("invalid_token"))
                #expect(try await client.closeCode() == 4401)
            }
        }
    }

    @Test func `connections of a customer are limited, and freed again`() async throws {
        try await Wire.run {
            $0.connectionsPerCustomerMax = 1
        } _: { wire in
            try await Client.live(wire, as: 1) { _ in
                try await Client.open(wire) { second in
                    try await second.say(#"{"type":"auth","token":"1"}"#)
                    #expect(try await second.closeCode() == 4429)
                }
                try await Client.live(wire, as: 2) { _ in }
            }
            try await eventually { await wire.hub.map { $0.count }.reduce(0, +) == 0 }
            try await Client.live(wire, as: 1) { _ in }
        }
    }

    @Test func `connections of an address that have not said who they are are limited`()
        async throws
    {
        try await Wire.run {
            $0.connectionsPerAddressMax = 1
        } _: { wire in
            try await Client.open(wire) { _ in
                try await Client.connect(wire) { second in
                    try await second.shakeHands()
                    #expect(try await second.closeCode() == 4429)
                }
                try await eventually { wire.store.all.contains { $0.kind == .limitHit } }
            }
        }
    }

    @Test func `messages sent before auth is done are served after it, in order`() async throws {
        try await Wire.run { wire in
            _ = wire.journal.open(.numbered(1))
            try await Client.open(wire) { client in
                try await client.send(
                    Frame.bytes(0x81, Array(#"{"type":"auth","token":"1"}"#.utf8))
                        + Frame.bytes(
                            0x81, Array(#"{"type":"subscribe","accounts":"all"}"#.utf8))
                        + Frame.bytes(0x81, Array(#"{"type":"ping"}"#.utf8)))
                #expect(try await client.next().type == "auth")
                #expect(try await client.next().type == "subscribed")
                #expect(try await client.next().type == "pong")
            }
        }
    }

    @Test func `events are confirmed once they are stored, also after a fault`() async throws {
        try await Wire.run { wire in
            wire.store.fail(times: 1)
            try await Client.live(wire, as: 1) { client in
                try await client.say(
                    #"{"type":"event.interaction","id":"e","requestId":"r","data":{"a":1}}"#)
                #expect(try await client.next("logged")["id"] == .string("e"))
                let record = wire.store.all.first { $0.kind == .eventInteraction }
                #expect(record?.data == #"{"a":1}"#)
                #expect(record?.customerID == .numbered(1))
            }
        }
    }

    @Test func `a service that ends tells when to come back, and closes 1012`() async throws {
        try await Wire.run { wire in
            try await Client.live(wire, as: 1) { client in
                await wire.hub.forEach { hub in hub.drain(100) { 250 } }
                let message = try await client.next()
                #expect(message.type == "reconnect" && message["afterMs"]?.integer == 250)
                #expect(try await client.closeCode() == 1012)
            }
        }
    }
}

/// Waits up to 10 s for something to become true.
func eventually(_ isTrue: () async throws -> Bool) async throws {
    for _ in 0..<1_000 {
        if try await isTrue() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it never became true")
}
