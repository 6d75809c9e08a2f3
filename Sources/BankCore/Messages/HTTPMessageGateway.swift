import AsyncHTTPClient
import BankAPI
import Foundation
import Ledger
import NIOCore
import NIOHTTP1
package import ServiceKit

/// An SMS gateway that takes `POST {"id", "to", "text"}` as JSON, with basic authentication if
/// the address has a user and a password. Any 2xx means that it was taken; the message's id
/// stands in `Idempotency-Key` too, since a message may come twice. Source: RFC 7617.
package struct HTTPMessageGateway: MessageGateway {
    private static let replyBytesMax = 64 * 1_024

    private let url: String
    private let authorization: Secret?
    private let client: HTTPClient

    /// Nil if the address is none. `client`: must outlive the gateway.
    package init?(address: Secret) {
        guard var parts = URLComponents(string: address.value), parts.host?.isEmpty == false
        else { return nil }
        let (user, password) = (parts.user, parts.password)
        parts.user = nil
        parts.password = nil
        guard let url = parts.string else { return nil }
        self.url = url
        self.client = .shared
        self.authorization = user.map { user in
            let pair = Data("\(user):\(password ?? "")".utf8)
            return Secret("Basic " + pair.base64EncodedString())
        }
    }

    package func send(
        _ text: MessageText, of message: OutgoingMessage
    ) async throws(DeliveryFailure) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Idempotency-Key", value: message.id.description)
        if let authorization {
            request.headers.add(name: "Authorization", value: authorization.value)
        }
        let body = JSONWriter.bytes { json in
            json.object { json in
                json.member("id", describing: message.id)
                json.member("to", message.to)
                json.member("text", text.text.value)
            }
        }
        request.body = .bytes(ByteBuffer(bytes: body))
        let status: Int
        do {
            let reply = try await client.execute(
                request, timeout: .seconds(MessageDelivery.gatewaySeconds))
            _ = try await reply.body.collect(upTo: Self.replyBytesMax)
            status = Int(reply.status.code)
        } catch {
            // The error's own text may carry the address, and the address a password.
            throw DeliveryFailure("gateway_unreachable")
        }
        guard (200..<300).contains(status) else { throw DeliveryFailure("gateway_\(status)") }
    }
}
