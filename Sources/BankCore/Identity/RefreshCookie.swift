import HTTPTypes
import Hummingbird
import ServiceKit

/// The refresh token of a browser: in a cookie that no script can read.
///
/// A request whose `Origin` is on the list of allowed origins comes from a page there, since
/// browsers write that header themselves and no script can. Such a request gets the refresh
/// token in the cookie instead of the body, and may renew by the cookie alone. Without an
/// allowed Origin the cookie counts for nothing, so that no other site can use it (CSRF).
struct RefreshCookie: Sendable {
    static let name = "teller_refresh"
    private static let path = "/api/v1/auth"

    private let allowedOrigins: Set<WebOrigin>
    let isSecure: Bool

    /// `address`: the bank's public one. Plain http is only for loopback.
    init(allowedOrigins: Set<WebOrigin>, address: WebOrigin) {
        self.allowedOrigins = allowedOrigins
        self.isSecure = !(address.scheme == "http" && address.isLoopback)
    }

    /// Whether the request comes from one of our pages.
    func isUsed(by request: Request) -> Bool {
        let origins = request.headers[values: .origin]
        guard origins.count == 1, let origin = origins.first.flatMap({ WebOrigin($0) }) else {
            return false
        }
        return allowedOrigins.contains(origin)
    }

    /// The cookie's token, if the request may use it.
    func token(of request: Request) -> String? {
        guard isUsed(by: request) else { return nil }
        return request.cookies[Self.name]?.value
    }

    func setting(_ token: RefreshToken, seconds: Int64) -> String {
        header(token.text.value, seconds: seconds)
    }

    /// Makes the browser forget it.
    func clearing() -> String { header("", seconds: 0) }

    private func header(_ value: String, seconds: Int64) -> String {
        "\(Self.name)=\(value); Path=\(Self.path); Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }
}
