import BankAPI
package import Ledger
package import NIOCore

/// Writes movements as requests of a staff member: deposits and withdrawals.
package struct MovementRequests: Sendable {
    private let endpoint: WireEndpoint
    private let name: String
    private let currency: String

    package init(endpoint: WireEndpoint, name: String, currency: String) {
        self.endpoint = endpoint
        self.name = name
        self.currency = currency
    }

    /// `replay-<name>-<row id>`: the same for every run, so that nothing moves twice.
    package func key(_ movement: Movement) -> String { "replay-\(name)-\(movement.id)" }

    package func write(
        _ movement: Movement, account: AccountID, token: String, into buffer: inout ByteBuffer
    ) {
        let body = body(movement, account)
        buffer.writeString(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: \(endpoint.authority)\r\n"
                + "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
                + "Idempotency-Key: \(key(movement))\r\nContent-Length: \(body.count)\r\n\r\n")
        buffer.writeBytes(body)
    }

    private func body(_ movement: Movement, _ account: AccountID) -> [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                let isCredit = movement.amount > 0
                json.member("type", isCredit ? "deposit" : "withdrawal")
                json.key(isCredit ? "to" : "from")
                json.string(account.description)
                json.member("amount", movement.amount.magnitude)
                json.member("currency", currency)
                json.member("externalReference", "\(name)-\(movement.id)")
                if let kind = movement.kind { json.member("description", kind) }
                if let date = movement.date {
                    json.member("metadata") { json in json.object { $0.member("date", date) } }
                }
            }
        }
    }
}
