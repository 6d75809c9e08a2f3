import Crypto
import Ledger
import ServiceKit

/// Makes tokens that look right and are not. Most have a right signature: what is wrong must be
/// found by itself.
struct Forge {
    let now: Timestamp
    let identity = Identity(
        customerID: CustomerID(high: 7, low: 8), sessionID: SessionID(high: 9, low: 10),
        role: .customer)

    private static let header = #"{"alg":"HS256","typ":"JWT"}"#

    struct Forgery {
        let name: String
        let token: String
    }

    /// The claims as they should be, as JSON texts.
    private var claims: [(String, String)] {
        let seconds = now.milliseconds / 1_000
        return [
            ("iss", #""teller""#), ("aud", #""teller-api""#),
            ("sub", "\"\(identity.customerID)\""), ("sid", "\"\(identity.sessionID)\""),
            ("role", #""customer""#), ("iat", "\(seconds)"), ("exp", "\(seconds + 900)"),
            ("jti", #""tok_1""#), ("typ", #""access""#),
        ]
    }

    private func payload(
        _ changes: KeyValuePairs<String, String?> = [:], adding extra: String = ""
    ) -> String {
        let members = claims.compactMap { name, value -> String? in
            guard let change = changes.first(where: { $0.key == name }) else {
                return "\"\(name)\":\(value)"
            }
            return change.value.map { text in "\"\(name)\":\(text)" }
        }
        return "{" + (members + (extra.isEmpty ? [] : [extra])).joined(separator: ",") + "}"
    }

    private static func signature(_ text: String, secret: String = randomSecret.value) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8))))
    }

    func token(header: String = header, payload: String? = nil) -> String {
        let text = Self.encoded(header) + "." + Self.encoded(payload ?? self.payload())
        return text + "." + Base64URL.encode(Self.signature(text))
    }

    private static func encoded(_ text: String) -> String { Base64URL.encode(text.utf8) }

    var forgeries: [Forgery] {
        headers + claimsWrong + claimsOfWrongType + times + forms + signatures
    }

    private var headers: [Forgery] {
        let wrong = [
            #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"nOnE"}"#, #"{"alg":"NONE"}"#, #"{"alg":""}"#,
            #"{"alg":"hs256"}"#, #"{"alg":"HS384"}"#, #"{"alg":"HS512"}"#, #"{"alg":"RS256"}"#,
            #"{"alg":"ES256"}"#, #"{"alg":"EdDSA"}"#, #"{"alg":null}"#, #"{"alg":["HS256"]}"#,
            #"{"typ":"JWT"}"#, #"{"alg":"HS256","typ":"JWE"}"#, #"{"alg":"HS256","typ":null}"#,
            #"{"alg":"HS256","kid":"1"}"#, #"{"alg":"HS256","kid":"../../dev/null"}"#,
            #"{"alg":"HS256","jku":"https://evil.example/keys"}"#,
            #"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#, #"{"alg":"HS256","x5u":"https://a"}"#,
            #"{"alg":"HS256","x5c":["AA"]}"#, #"{"alg":"HS256","crit":["exp"]}"#,
            #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","zip":"DEF"}"#,
            #"{"alg":"HS256","cty":"JWT"}"#, #"{"alg":"HS256","alg":"none"}"#,
            #"{"alg":"none","alg":"HS256"}"#, "[]", "null", "", "{", #"{"alg":"HS256"} "x""#,
        ]
        return wrong.map { Forgery(name: "header \($0)", token: token(header: $0)) }
    }

    private var claimsWrong: [Forgery] {
        let wrong: [(String, String?)] = [
            ("iss", #""other""#), ("iss", #""Teller""#), ("aud", #""other""#),
            ("aud", #""teller-websocket""#), ("typ", #""refresh""#), ("typ", #""challenge""#),
            ("typ", #""Access""#), ("role", #""root""#), ("role", #""""#),
            ("sub", "\"\(identity.sessionID)\""), ("sub", #""cus_1""#), ("sub", #""""#),
            ("sid", "\"\(identity.customerID)\""), ("sid", #""ses_""#), ("jti", #""""#),
        ]
        let missing = claims.map { ($0.0, String?.none) }
        let changed = (wrong + missing).map { name, value in
            Forgery(
                name: "\(name) is \(value ?? "missing")",
                token: token(payload: payload([name: value])))
        }
        let extra = [
            #""admin":true"#, #""role":"admin""#, #""sub":"cus_0""#, #""scope":"all""#,
            #""nbf":"0""#,
        ]
        return changed
            + extra.map { Forgery(name: "with \($0)", token: token(payload: payload(adding: $0))) }
    }

    private var claimsOfWrongType: [Forgery] {
        let wrong: [(String, String)] = [
            ("sub", #"{"$ne":null}"#), ("sub", #"["a"]"#), ("sub", "1"), ("sub", "null"),
            ("sid", "true"), ("role", #"["admin"]"#), ("aud", #"["teller-api"]"#), ("iss", "{}"),
            ("typ", "1"), ("jti", "1"),
        ]
        return wrong.map { name, value in
            Forgery(
                name: "\(name) is \(value)", token: token(payload: payload([name: value])))
        }
    }

    private var times: [Forgery] {
        let seconds = now.milliseconds / 1_000
        let wrong: [(String, String)] = [
            ("exp", "\(seconds)"), ("exp", "\(seconds - 1)"), ("exp", "0"), ("exp", "-1"),
            ("exp", "\"\(seconds + 900)\""), ("exp", "\(seconds + 900).5"), ("exp", "1e12"),
            ("exp", "9223372036854775807"), ("exp", "9223372036854775808"), ("exp", "null"),
            ("exp", "\(seconds + 86_401 + 1)"), ("exp", "true"), ("exp", "[]"),
            ("iat", "\(seconds + 120)"), ("iat", "\"\(seconds)\""), ("iat", "\(seconds).0"),
            ("iat", "-1"), ("iat", "null"),
        ]
        let future = #""nbf":"# + "\(seconds + 120)"
        return wrong.map { name, value in
            Forgery(
                name: "time \(name) is \(value)", token: token(payload: payload([name: value])))
        } + [Forgery(name: "nbf in the future", token: token(payload: payload(adding: future)))]
    }

    private var forms: [Forgery] {
        let good = token()
        let parts = good.split(separator: ".").map(String.init)
        let payloads = ["", "{}", "[]", "null", "{", "\u{FEFF}" + payload(), payload() + " x"]
        return [
            Forgery(name: "empty", token: ""), Forgery(name: "dots", token: ".."),
            Forgery(name: "two parts", token: parts[0] + "." + parts[1]),
            Forgery(name: "four parts", token: good + ".x"),
            Forgery(name: "five parts", token: good + ".x.y"),
            Forgery(name: "an empty fourth part", token: good + "."),
            Forgery(name: "a space before", token: " " + good),
            Forgery(name: "a space after", token: good + " "),
            Forgery(name: "a newline after", token: good + "\n"),
            Forgery(name: "padded", token: good + "="),
            Forgery(name: "plain base64", token: good.replacing("_", with: "/") + "+/="),
            Forgery(name: "a megabyte", token: String(repeating: "a", count: 1_000_000)),
            Forgery(name: "a long payload", token: token(payload: payload(adding: longClaim))),
            Forgery(name: "another letter for the same bits", token: Self.sameBits(good)),
        ] + payloads.map { Forgery(name: "payload \($0)", token: token(payload: $0)) }
    }

    private var longClaim: String { "\"x\":\"" + String(repeating: "y", count: 5_000) + "\"" }

    /// The last letter of 32 bytes has four bits that mean nothing; strict readers want zeros.
    private static func sameBits(_ token: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = token.last, let index = letters.firstIndex(of: last) else { return "" }
        return token.dropLast() + String(letters[(index & ~3) | ((index + 1) & 3)])
    }

    private var signatures: [Forgery] {
        let good = token()
        let parts = good.split(separator: ".").map(String.init)
        let signed = parts[0] + "." + parts[1]
        let foreign = Base64URL.encode(Self.signature(signed, secret: "another secret of somebody"))
        let empty = Base64URL.encode(Self.signature(signed, secret: ""))
        let admin = payload(["role": #""admin""#])
        let wide = HMAC<SHA512>.authenticationCode(
            for: Array(signed.utf8), using: SymmetricKey(data: Array(randomSecret.value.utf8)))
        return [
            Forgery(name: "no signature", token: signed + "."),
            Forgery(name: "a foreign signature", token: signed + "." + foreign),
            Forgery(name: "signed with nothing", token: signed + "." + empty),
            Forgery(name: "HS512 under HS256", token: signed + "." + Base64URL.encode(wide)),
            Forgery(name: "a cut signature", token: String(good.dropLast(4))),
            Forgery(
                name: "signature of zeros",
                token: signed + "." + String(repeating: "A", count: 43)),
            Forgery(
                name: "payload exchanged",
                token: parts[0] + "." + Self.encoded(admin) + "." + parts[2]),
            Forgery(
                name: "header exchanged",
                token: Self.encoded(#"{"alg":"HS256"}"#) + "." + parts[1] + "." + parts[2]),
            Forgery(
                name: "the secret itself", token: signed + "." + Self.encoded(randomSecret.value)),
        ]
    }
}
