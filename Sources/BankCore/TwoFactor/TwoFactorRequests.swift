import BankAPI
import Hummingbird
import Ledger
import ServiceKit

/// The body of `PUT /auth/two-factor`.
struct TwoFactorRequest: Sendable {
    let method: TwoFactorMethod
    let password: Secret
    let code: String?

    init?(_ fields: inout JSONFields) {
        let isGiven = fields.requiredValue("method") != nil
        let method = isGiven ? fields.choice("method", TwoFactorMethod.self) : nil
        let password = fields.requiredPassword("currentPassword", bytes: 1...1_024)
        code = fields.string("code", bytes: 1...TextLimit.code)
        guard let method, let password else { return nil }
        self.method = method
        self.password = password
    }
}

/// What `PUT /auth/two-factor` answers.
enum TwoFactorReply: Sendable {
    case set(TwoFactorMethod)
    case proposed(TwoFactors.Authenticator)
    case confirmed(recovery: [Secret])
}

extension JSONWriter {
    mutating func twoFactor(_ reply: TwoFactorReply) {
        object { json in
            switch reply {
            case .set(let method): json.member("method", method.rawValue)
            case .proposed(let authenticator):
                json.member("otpauthUri", authenticator.uri.value)
                json.member("secret", authenticator.secret.value)
            case .confirmed(let recovery):
                json.member("method", TwoFactorMethod.totp.rawValue)
                json.key("recoveryCodes")
                json.array(recovery) { json, code in json.string(code.value) }
            }
        }
    }

    /// `{challengeId, method, expiresIn}`
    mutating func challenge(_ challenge: Challenge) {
        object { json in
            json.member("challengeId", describing: challenge.id)
            json.member("method", challenge.method.rawValue)
            json.member("expiresIn", Challenge.lifetimeSeconds)
        }
    }
}
