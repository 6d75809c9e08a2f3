import NIOHTTP1
package import ServiceKit
import Synchronization

/// Who may open a websocket: decided from the request's head alone, before the upgrade.
package final class SocketDoor: Sendable {
    package static let path = "/ws"
    package static let subprotocol = "teller.v1"

    /// Exact origins, like `https://bank.example`. A request without Origin is no browser's.
    private let allowedOrigins: Set<WebOrigin>
    private let isClosed = Atomic(false)

    package init(allowedOrigins: Set<WebOrigin>) { self.allowedOrigins = allowedOrigins }

    /// From now on nobody comes in: the service is stopping.
    package func close() { isClosed.store(true, ordering: .relaxed) }

    package func decide(_ knock: Knock) -> Result<TicketQuery, DoorRefusal> {
        guard knock.isUpgrade else { return .failure(.upgradeRequired) }
        guard knock.method == "GET", knock.isKeyValid else { return .failure(.badHandshake) }
        guard knock.version == ["13"] else { return .failure(.wrongVersion) }
        guard knock.origins.count <= 1 else { return .failure(.badHandshake) }
        if let text = knock.origins.first {
            guard let origin = WebOrigin(text), allowedOrigins.contains(origin) else {
                return .failure(.originNotAllowed)
            }
        }
        guard let query = TicketQuery(knock.query) else { return .failure(.badQuery) }
        guard !isClosed.load(ordering: .relaxed) else { return .failure(.stopping) }
        return .success(query)
    }
}

/// What of a request's head the door looks at.
package struct Knock: Hashable, Sendable {
    package var method: String
    package var query: String
    package var isUpgrade: Bool
    package var keys: [String]
    package var version: [String]
    package var origins: [String]

    package init(
        method: String, query: String, isUpgrade: Bool, keys: [String], version: [String],
        origins: [String]
    ) {
        self.method = method
        self.query = query
        self.isUpgrade = isUpgrade
        self.keys = keys
        self.version = version
        self.origins = origins
    }

    /// 16 bytes in base64: 22 characters and two paddings (RFC 6455 section 4.1).
    var isKeyValid: Bool {
        guard keys.count == 1, let key = keys.first?.utf8, key.count == 24 else { return false }
        return key.suffix(2).elementsEqual("==".utf8)
            && key.dropLast(2).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    init(_ head: HTTPRequestHead) {
        let parts = head.uri.split(separator: "?", maxSplits: 1)
        let upgrade = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        let hasBody =
            head.headers.contains(name: "content-length")
            || head.headers.contains(name: "transfer-encoding")
        let isHTTP11 = head.version == .http1_1 && head.headers["host"].count == 1
        self.init(
            method: head.method.rawValue, query: parts.count > 1 ? String(parts[1]) : "",
            isUpgrade: upgrade == ["websocket"] && connection.contains("upgrade") && !hasBody
                && isHTTP11,
            keys: head.headers[canonicalForm: "sec-websocket-key"].map(String.init),
            version: head.headers[canonicalForm: "sec-websocket-version"].map(String.init),
            origins: head.headers["origin"])
    }
}

/// The query of a websocket's address: nothing, or one ticket. Tokens don't belong there, for
/// addresses are written into logs.
package struct TicketQuery: Hashable, Sendable {
    package let ticket: String?

    package init?(_ query: String) {
        guard !query.isEmpty else {
            self.ticket = nil
            return
        }
        let prefix = "ticket="
        let ticket = query.dropFirst(prefix.count)
        guard query.hasPrefix(prefix), (1...128).contains(ticket.utf8.count),
            RequestID.isValid(String(ticket.prefix(64))), !ticket.contains("&")
        else { return nil }
        self.ticket = String(ticket)
    }
}

package enum DoorRefusal: Error, Hashable, Sendable, CaseIterable {
    case upgradeRequired
    case badHandshake
    case wrongVersion
    case originNotAllowed
    case badQuery
    case stopping
}

/// Who came in.
package struct SocketEntry: Hashable, Sendable {
    package let ticket: String?
    package let requestID: String
    package let address: ClientAddress

    package init(ticket: String?, requestID: String, address: ClientAddress) {
        self.ticket = ticket
        self.requestID = requestID
        self.address = address
    }
}
