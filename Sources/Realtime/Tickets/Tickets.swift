import Crypto
import ServiceKit

/// Makes and uses tickets: a key to one websocket, once, within 30 s, for clients that can't
/// send a first message or a header.
package struct Tickets: Sendable {
    package static let lifetimeSeconds: Int64 = 30
    private let store: any TicketStore
    private let random: @Sendable () -> UInt64

    package init(
        store: any TicketStore,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.store = store
        self.random = random
    }

    /// 256 random bits in base64url.
    package func issue(to principal: Principal) async throws(RealtimeStoreError) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<4 { withUnsafeBytes(of: random()) { bytes += $0 } }
        let ticket = "tkt_" + Base64URL.encode(bytes)
        try await store.issue(
            digest: Self.digest(ticket), for: principal, lifetimeSeconds: Self.lifetimeSeconds)
        return ticket
    }

    /// Nil when there is no such ticket (any more).
    package func use(_ ticket: String) async throws(RealtimeStoreError) -> Principal? {
        try await store.consume(digest: Self.digest(ticket))
    }

    private static func digest(_ ticket: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(ticket.utf8)))
    }
}

/// Where tickets are kept, for all instances of the service.
package protocol TicketStore: Sendable {
    /// - Parameter digest: SHA-256 of the ticket; the ticket itself is kept nowhere.
    func issue(
        digest: [UInt8], for principal: Principal, lifetimeSeconds: Int64
    ) async throws(RealtimeStoreError)

    /// Whom the ticket was made for, once: nil when it is unknown, used or too old.
    func consume(digest: [UInt8]) async throws(RealtimeStoreError) -> Principal?
}
