/// Why a socket is closed: the codes of RFC 6455 section 7.4 that we send, and our own (4xxx).
package struct CloseCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = CloseCode(rawValue: 1000)
    package static let goingAway = CloseCode(rawValue: 1001)
    package static let protocolError = CloseCode(rawValue: 1002)
    package static let unacceptableData = CloseCode(rawValue: 1003)
    package static let invalidText = CloseCode(rawValue: 1007)
    package static let messageTooBig = CloseCode(rawValue: 1009)
    package static let internalError = CloseCode(rawValue: 1011)
    package static let serviceRestart = CloseCode(rawValue: 1012)
    package static let tryAgainLater = CloseCode(rawValue: 1013)
    package static let unauthenticated = CloseCode(rawValue: 4401)
    package static let forbidden = CloseCode(rawValue: 4403)
    package static let authTimeout = CloseCode(rawValue: 4408)
    package static let tooSlow = CloseCode(rawValue: 4409)
    package static let tooMany = CloseCode(rawValue: 4429)

    /// Whether a peer may send it: 1000–1014 without the reserved ones, and 3000–4999.
    package var isAllowedOnTheWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// A close as it is sent: at most 123 bytes of reason (RFC 6455 section 5.5).
package struct Closing: Hashable, Sendable {
    package let code: CloseCode
    package let reason: String

    package init(_ code: CloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
