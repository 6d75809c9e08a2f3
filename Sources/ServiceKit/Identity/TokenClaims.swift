import BankAPI
import Ledger

/// The claims of a token whose signature is right, read strictly.
struct TokenClaims {
    let token: VerifiedToken
    let notBefore: Timestamp?

    private static let names: Set<String> = [
        "iss", "aud", "sub", "sid", "role", "iat", "exp", "nbf", "jti", "typ",
    ]
    /// 9999-12-31: no moment of a token is later.
    private static let secondsMax: Int64 = 253_402_300_799

    /// Nil unless `bytes` is an object of exactly the known claims, each of its type.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes), let members = json.object,
            members.allSatisfy({ Self.names.contains($0.key) }),
            json["iss"] == .string(AccessTokens.issuer),
            json["aud"] == .string(AccessTokens.audience),
            json["typ"] == .string("access"),
            json["jti"]?.string.map({ (1...64).contains($0.utf8.count) }) == true,
            let customer = json["sub"]?.string.flatMap({ CustomerID($0) }),
            let session = json["sid"]?.string.flatMap({ SessionID($0) }),
            let role = json["role"]?.string.flatMap(Role.init(rawValue:)),
            let issuedAt = Self.seconds(json["iat"]), let expiresAt = Self.seconds(json["exp"]),
            expiresAt > issuedAt,
            expiresAt - issuedAt <= AccessTokens.lifetimeSecondsMax
        else { return nil }
        if let notBefore = json["nbf"] {
            guard let seconds = Self.seconds(notBefore) else { return nil }
            self.notBefore = Timestamp(milliseconds: seconds * 1_000)
        } else {
            self.notBefore = nil
        }
        self.token = VerifiedToken(
            identity: Identity(customerID: customer, sessionID: session, role: role),
            issuedAt: Timestamp(milliseconds: issuedAt * 1_000),
            expiresAt: Timestamp(milliseconds: expiresAt * 1_000))
    }

    private static func seconds(_ value: JSONValue?) -> Int64? {
        value?.integer.flatMap { (0...secondsMax).contains($0) ? $0 : nil }
    }
}
