import Hummingbird
import ServiceKit

/// The device token of a log-in, for the next one on the same device: a cookie that no script
/// can read, and that every client may keep.
struct DeviceCookie: Sendable {
    static let name = "teller_device"
    private static let seconds = 365 * 86_400

    let isSecure: Bool

    func text(of request: Request) -> String? { request.cookies[Self.name]?.value }

    func setting(_ token: DeviceToken) -> String {
        "\(Self.name)=\(token.text.value); Path=/api/v1/auth; Max-Age=\(Self.seconds); HttpOnly; "
            + "SameSite=Strict" + (isSecure ? "; Secure" : "")
    }
}
