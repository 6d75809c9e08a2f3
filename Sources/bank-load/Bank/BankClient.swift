package import AsyncHTTPClient
package import BankAPI
import NIOCore
import NIOHTTP1

/// Calls that prepare a run: few, so clarity counts more than speed.
package struct BankClient: Sendable {
    /// A reply with its body read: any JSON, or null when there is none.
    package struct Reply: Sendable {
        package let status: Int
        package let json: JSONValue
        package let retryAfterSeconds: Int?

        package var code: String { json["code"]?.string ?? "status_\(status)" }
    }

    private static let timeout: TimeAmount = .seconds(15)
    private static let bodyBytesMax = 4 * 1024 * 1024
    private static let attemptsMax = 60
    private static let pauseSecondsMax = 60

    private let http: HTTPClient
    private let base: String

    /// `url` is the bank's address without a path: `http://host:port` or `https://…`.
    package init(http: HTTPClient, url: String) {
        self.http = http
        self.base = "\(url.hasSuffix("/") ? String(url.dropLast()) : url)/api/v1"
    }

    /// Sends until the bank takes the request up: 429 and an overloaded or absent bank are waited
    /// for as `Retry-After` says. What may have happened already is sent again only if
    /// `isRepeatable`; else ``BankFault/outcomeUnknown`` is thrown.
    package func call(
        _ method: String, _ path: String, token: String? = nil, body: [UInt8]? = nil,
        isRepeatable: Bool
    ) async throws -> Reply {
        var last = "no reply"
        for attempt in 0..<Self.attemptsMax {
            var pause = min(1 << min(attempt, 3), 5)
            do {
                let reply = try await once(method, path, token, body)
                let isOverload = reply.status == 503 && reply.code == "overloaded"
                guard reply.status == 429 || reply.status >= 500 else { return reply }
                guard reply.status == 429 || isOverload || isRepeatable else {
                    throw BankFault.outcomeUnknown
                }
                last = reply.code
                pause = reply.retryAfterSeconds ?? pause
            } catch let fault as BankFault { throw fault } catch is CancellationError {
                throw CancellationError()
            } catch {
                guard isRepeatable else { throw BankFault.outcomeUnknown }
                last = String(describing: error)
            }
            try await Task.sleep(for: .seconds(min(max(pause, 0), Self.pauseSecondsMax)))
        }
        throw BankFault.unreachable(last)
    }

    private func once(
        _ method: String, _ path: String, _ token: String?, _ body: [UInt8]?
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let response = try await http.execute(request, timeout: Self.timeout)
        let bytes = try await response.body.collect(upTo: Self.bodyBytesMax)
        return Reply(
            status: Int(response.status.code),
            json: (try? JSONParser.parse(Array(bytes.readableBytesView))) ?? .null,
            retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) })
    }
}

/// Why the bank could not be used.
package enum BankFault: Error, Equatable, CustomStringConvertible {
    case unreachable(String)
    /// A request that must not be repeated blindly got no answer.
    case outcomeUnknown
    /// The bank said something else than was expected.
    case unexpected(String, status: Int, code: String)
    case secondFactor

    package var description: String {
        switch self {
        case .unreachable(let reason): "the bank can't be reached: \(reason)"
        case .outcomeUnknown: "a request got no answer: run the replay again, it goes on from here"
        case .unexpected(let what, let status, let code): "\(what): \(status) \(code)"
        case .secondFactor: "this log-in asks for a second factor: use one without"
        }
    }
}
