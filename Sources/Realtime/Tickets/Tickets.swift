/// Where tickets for opening a websocket are kept, for all instances of the service.
package protocol TicketStore: Sendable {
    /// - Parameter digest: SHA-256 of the ticket; the ticket itself is kept nowhere.
    func issue(
        digest: [UInt8], for principal: Principal, lifetimeSeconds: Int64
    ) async throws(RealtimeStoreError)

    /// Whom the ticket was made for, once: nil when it is unknown, used or too old.
    func consume(digest: [UInt8]) async throws(RealtimeStoreError) -> Principal?
}
