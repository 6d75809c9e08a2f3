package import NIOCore

/// Reads HTTP/1.1 responses from a growing buffer, one after another, without allocating.
///
/// Only what a JSON service sends is understood: a status line, headers, a body with a
/// Content-Length. Everything else is a ``WireFault``, after which the connection is of no use.
/// Source: RFC 9112.
package struct ResponseParser: Sendable {
    package static let headBytesMax = 16 * 1024
    package static let bodyBytesMax = 4 * 1024 * 1024

    package init() {}

    /// Takes the next whole response off `buffer`; nil when bytes of it are still missing.
    package func next(from buffer: inout ByteBuffer) throws(WireFault) -> WireReply? {
        let parsed: Result<Head?, WireFault> = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(WireFault) in try Head(bytes) }
        }
        guard let head = try parsed.get() else { return nil }
        guard head.contentLength <= Self.bodyBytesMax else { throw .bodyTooLong }
        guard buffer.readableBytes >= head.length + head.contentLength else { return nil }
        buffer.moveReaderIndex(forwardBy: head.length)
        guard let body = buffer.readSlice(length: head.contentLength) else { return nil }
        return WireReply(
            status: head.status, isReplayed: head.isReplayed,
            retryAfterSeconds: head.retryAfterSeconds, keepsAlive: head.keepsAlive, body: body)
    }
}

/// The status line and the headers of one response.
private struct Head {
    var status = 0
    var length = 0
    var contentLength = 0
    var isReplayed = false
    var retryAfterSeconds: Int?
    var keepsAlive = true

    /// Nil when the empty line that ends the headers has not come yet.
    init?(_ bytes: UnsafeRawBufferPointer) throws(WireFault) {
        var lineStart = 0
        var hasLength = false
        var isStatusLine = true
        while let lineEnd = Self.endOfLine(in: bytes, from: lineStart) {
            let line = UnsafeRawBufferPointer(rebasing: bytes[lineStart..<lineEnd])
            lineStart = lineEnd + 2
            if isStatusLine {
                status = try Self.status(of: line)
                isStatusLine = false
            } else if line.isEmpty {
                length = lineStart
                guard hasLength || Self.hasNoBody(status) else { throw .noContentLength }
                return
            } else if try read(line) {
                hasLength = true
            }
        }
        guard bytes.count <= ResponseParser.headBytesMax else { throw .headTooLong }
        return nil
    }

    /// The index of the CR of the next CRLF.
    private static func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let end = min(bytes.count, ResponseParser.headBytesMax)
        var index = start
        while index + 1 < end {
            if bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private static func hasNoBody(_ status: Int) -> Bool { status == 204 || status == 304 }

    /// `HTTP/1.1 201 …`
    private static func status(of line: UnsafeRawBufferPointer) throws(WireFault) -> Int {
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == 0x20,
            let status = integer(UnsafeRawBufferPointer(rebasing: line[9..<12])), status >= 200
        else { throw .noStatusLine }
        return status
    }

    /// Takes in a header; true when it is the Content-Length.
    private mutating func read(_ line: UnsafeRawBufferPointer) throws(WireFault) -> Bool {
        if let value = Self.value(of: line, named: "content-length:") {
            guard let length = Self.integer(value) else { throw .malformedHeader }
            contentLength = length
            return true
        }
        if let value = Self.value(of: line, named: "idempotent-replayed:") {
            isReplayed = value.elementsEqual("true".utf8)
        } else if let value = Self.value(of: line, named: "retry-after:") {
            retryAfterSeconds = Self.integer(value)
        } else if let value = Self.value(of: line, named: "connection:") {
            keepsAlive = !Self.equalsIgnoringCase(value, "close")
        } else if Self.value(of: line, named: "transfer-encoding:") != nil {
            throw .noContentLength
        }
        return false
    }

    /// What follows `name` (lower case, with its colon), without spaces around it.
    private static func value(
        of line: UnsafeRawBufferPointer, named name: StaticString
    ) -> UnsafeRawBufferPointer? {
        let length = name.utf8CodeUnitCount
        guard line.count >= length,
            equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: line[..<length]), name)
        else { return nil }
        var range = length..<line.count
        while let first = range.first, line[first] == 0x20 { range = range.dropFirst() }
        while let last = range.last, line[last] == 0x20 { range = range.dropLast() }
        return UnsafeRawBufferPointer(rebasing: line[range])
    }

    private static func equalsIgnoringCase(
        _ bytes: UnsafeRawBufferPointer, _ lowercase: StaticString
    ) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            for index in 0..<bytes.count {
                let byte = bytes[index]
                let isUpper = 0x41...0x5A ~= byte
                if (isUpper ? byte | 0x20 : byte) != expected[index] { return false }
            }
            return true
        }
    }

    /// A decimal number of at most 9 digits.
    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard 1...9 ~= bytes.count else { return nil }
        var value = 0
        for byte in bytes {
            guard 0x30...0x39 ~= byte else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
