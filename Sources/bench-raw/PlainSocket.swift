import Glibc

/// A blocking TCP socket.
struct PlainSocket {
    struct Fault: Error, CustomStringConvertible {
        let call: String
        let code: Int32
        var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    private let descriptor: Int32

    /// On 127.0.0.1.
    static func listen(port: UInt16) throws -> PlainSocket {
        let socket = PlainSocket(
            descriptor: try checked("socket", Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        )
        try socket.set(SOL_SOCKET, SO_REUSEADDR)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = try checked("bind", bind(socket.descriptor, pointer, size))
            }
        }
        _ = try checked("listen", Glibc.listen(socket.descriptor, 1_024))
        return socket
    }

    /// A client whose handshake was answered; the key is not looked at.
    func acceptWebsocket() throws -> PlainSocket {
        let client = PlainSocket(
            descriptor: try Self.checked("accept", accept(descriptor, nil, nil)))
        try client.set(Int32(IPPROTO_TCP), TCP_NODELAY)
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !request.ends(with: "\r\n\r\n".utf8), request.count < 16_384 {
            let count = try Self.checked("read", read(client.descriptor, &buffer, buffer.count))
            guard count > 0 else { throw Fault(call: "read", code: ECONNRESET) }
            request += buffer.prefix(count)
        }
        let reply =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        try client.writeAll(Array(reply.utf8))
        return client
    }

    func writeAll(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try bytes.withUnsafeBytes { bytes in
                try Self.checked(
                    "send",
                    send(
                        descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]).baseAddress,
                        bytes.count - sent, Int32(MSG_NOSIGNAL)))
            }
        }
    }

    /// Until the client has closed it.
    func waitForEnd() {
        var buffer = [UInt8](repeating: 0, count: 256)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    private func set(_ level: Int32, _ option: Int32) throws {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try Self.checked("setsockopt", setsockopt(descriptor, level, option, &on, size))
    }

    private static func checked<Result: BinaryInteger>(
        _ call: String, _ result: Result
    ) throws -> Result {
        guard result >= 0 else { throw Fault(call: call, code: errno) }
        return result
    }
}

extension Array<UInt8> {
    fileprivate func ends(with end: String.UTF8View) -> Bool {
        suffix(end.count).elementsEqual(end)
    }
}
