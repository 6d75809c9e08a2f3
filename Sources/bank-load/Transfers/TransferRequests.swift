import Ledger
package import NIOCore

/// The requests of a run as bytes: all that doesn't change is made once per payer.
package struct TransferRequests: Sendable {
    private let heads: [ByteBuffer]
    private let bodies: [ByteBuffer]
    private let accounts: [String]
    private let tail: String

    /// - Parameters:
    ///   - run: begins every idempotency key, so that runs don't meet.
    ///   - currency: the three letters of the accounts' currency.
    package init(payers: [Payer], endpoint: WireEndpoint, run: String, currency: String) {
        accounts = payers.map { $0.account.description }
        heads = payers.map { payer in
            ByteBuffer(
                string: "POST /api/v1/transactions HTTP/1.1\r\nHost: \(endpoint.authority)\r\n"
                    + "Authorization: Bearer \(payer.token)\r\nContent-Type: application/json\r\n"
                    + "Idempotency-Key: \(run)-")
        }
        bodies = accounts.map { account in
            ByteBuffer(string: #"{"type":"transfer","from":"\#(account)","to":""#)
        }
        tail = #","currency":"\#(currency)"}"#
    }

    package func write(_ order: TransferOrder, into buffer: inout ByteBuffer) {
        let body = bodies[order.from]
        let amount = String(order.amount)
        let receiver = accounts[order.to]
        let middle: StaticString = #"","amount":"#
        let length =
            body.readableBytes + receiver.utf8.count + middle.utf8CodeUnitCount
            + amount.utf8.count + tail.utf8.count
        buffer.writeImmutableBuffer(heads[order.from])
        buffer.writeString(String(order.number))
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(length))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeImmutableBuffer(body)
        buffer.writeString(receiver)
        buffer.writeStaticString(middle)
        buffer.writeString(amount)
        buffer.writeString(tail)
    }
}
