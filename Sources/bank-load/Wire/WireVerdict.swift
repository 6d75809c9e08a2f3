package import NIOCore

/// What an outcome says about the money. A timeout is never a failure: it says nothing.
package enum WireVerdict: Hashable, Sendable {
    /// 201: the money moved, once.
    case posted
    /// 409 or 422 with a code: decided and recorded, nothing moved.
    case refused(String)
    /// Not taken up at all: nothing moved, nothing recorded.
    case rejected(String)
    /// It may have moved or not; only the same key can tell.
    case unknown(String)

    package init(_ outcome: WireOutcome) {
        switch outcome {
        case .lost(let loss): self = .unknown(loss.rawValue)
        case .reply(let reply): self.init(reply)
        }
    }

    private init(_ reply: WireReply) {
        if reply.status == 201 {
            self = .posted
            return
        }
        let code = ProblemCode.find(in: reply.body) ?? "status_\(reply.status)"
        switch reply.status {
        case 409, 422:
            switch code {
            case "request_in_progress": self = .unknown(code)
            case "idempotency_key_reused": self = .rejected(code)
            default: self = .refused(code)
            }
        case 400..<500: self = .rejected(code)
        case 503 where code == "overloaded": self = .rejected(code)
        default: self = .unknown(code)
        }
    }
}

/// Finds the code of a problem+json body without reading the whole of it.
package enum ProblemCode {
    private static let bytesMax = 64

    /// The text of the first member `"code"`; the problem's own stands before those of `errors`.
    package static func find(in body: ByteBuffer) -> String? {
        let bytes = body.readableBytesView
        guard let key = bytes.firstRange(of: Array(#""code":""#.utf8)) else { return nil }
        let rest = bytes[key.upperBound...].prefix(bytesMax)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let text = rest[..<end]
        guard !text.isEmpty,
            text.allSatisfy({ 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x5F })
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
