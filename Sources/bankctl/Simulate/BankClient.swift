import AsyncHTTPClient
import BankAPI
import NIOCore
import NIOHTTP1

/// The bank's HTTP side, as far as the demo customers use it.
struct BankClient: Sendable {
    /// `http://localhost:3000`
    let address: String
    private static let answerDeadline = TimeAmount.seconds(15)
    private static let replyBytesMax = 1 << 20

    /// The reply's JSON; null when it has no body.
    ///
    /// - Parameter path: below `/api/v1`.
    func ask(
        _ method: String, _ path: String, token: String? = nil, key: String? = nil,
        body: JSONValue? = nil
    ) async throws(BankClientError) -> JSONValue {
        var request = HTTPClientRequest(url: "\(address)/api/v1\(path)")
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            var json = JSONWriter()
            json.value(body)
            request.body = .bytes(json.bytes)
        }
        let (status, bytes) = try await answer(request)
        let reply = bytes.isEmpty ? JSONValue.null : try? JSONParser.parse(bytes)
        guard 200..<300 ~= status else {
            throw .refused(status: status, code: reply?["code"]?.string ?? "unknown")
        }
        guard let reply else { throw .unexpectedReply }
        return reply
    }

    private func answer(
        _ request: HTTPClientRequest
    ) async throws(BankClientError) -> (status: Int, body: [UInt8]) {
        do {
            let response = try await HTTPClient.shared.execute(
                request, timeout: Self.answerDeadline)
            let body = try await response.body.collect(upTo: Self.replyBytesMax)
            return (Int(response.status.code), Array(body.readableBytesView))
        } catch {
            throw .unanswered(address: address)
        }
    }
}

enum BankClientError: Error, CustomStringConvertible {
    /// A problem with its code.
    case refused(status: Int, code: String)
    case unanswered(address: String)
    case unexpectedReply

    var description: String {
        switch self {
        case .refused(let status, let code): "The bank answered \(status), \(code)."
        case .unanswered(let address): "No answer from \(address)."
        case .unexpectedReply: "The bank's answer is not what this tool expects."
        }
    }
}
