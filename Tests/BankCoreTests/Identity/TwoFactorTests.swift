import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct TwoFactorTests {
    static let phone = "+12025550143"

    /// Ada, logged in, with a phone; and her second factor, if `method` asks for one.
    private func ada(
        _ method: String? = nil, _ changes: [String: String] = [:]
    ) async throws -> (service: IdentityService, token: String) {
        let service = try await IdentityService(changes)
        _ = try await service.signUp("ada@example.com", #","phone":"\#(Self.phone)""#)
        let token = try await service.logIn().accessToken
        if let method {
            #expect(try await service.setTwoFactor(method, token: token).status == 200)
        }
        return (service, token)
    }

    /// An authenticator in force; its secret, and the recovery codes.
    private func authenticator(
        _ service: IdentityService, _ token: String
    ) async throws -> (code: (Int64) -> String, recovery: [String]) {
        let proposed = try await service.setTwoFactor("totp", token: token)
        #expect(proposed.status == 200)
        let text = try #require(proposed.json["secret"]?.string)
        #expect(proposed.json["otpauthUri"]?.string?.contains("secret=\(text)&") == true)
        let secret = try #require(Base32.decode(text))
        let code = { (steps: Int64) in
            OneTimePassword.code(
                secret: secret, step: OneTimePassword.step(at: service.now) + steps)
        }
        let confirmed = try await service.setTwoFactor("totp", code: code(-1), token: token)
        #expect(confirmed.status == 200)
        let recovery = try #require(confirmed.json["recoveryCodes"]?.array)
        return (code, recovery.compactMap(\.string))
    }

    @Test func `a code in a message is asked for, and opens the session`() async throws {
        let (service, _) = try await ada("otp")
        let asked = try await service.logIn()
        #expect(asked.status == 202)
        #expect(asked.json["method"] == .string("otp"))
        #expect(asked.json["expiresIn"]?.integer == 300)
        #expect(asked.accessToken.isEmpty)
        let code = try #require(try await service.lastCode())
        #expect(!asked.text.contains(code))
        let opened = try await service.answer(asked, code)
        #expect(opened.status == 200)
        #expect(try await service.ask(.get, "me", token: opened.accessToken).status == 200)
    }

    @Test func `a code is good once, for its own challenge, and for five minutes`() async throws {
        let (service, _) = try await ada("otp", ["RATE_LIMIT_LOGIN": "100"])
        let first = try await service.logIn()
        let code = try #require(try await service.lastCode())
        service.pass(1)
        let second = try await service.logIn()
        let other = try #require(try await service.lastCode())
        if code != other {
            #expect(try await service.answer(second, code).code == "invalid_code")
        }
        #expect(try await service.answer(first, code).status == 200)
        let again = try await service.answer(first, code)
        #expect(again.status == 410 && again.code == "challenge_expired")
        service.pass(300)
        #expect(try await service.answer(second, other).status == 410)
    }

    @Test func `after five wrong tries the right code does not help`() async throws {
        let (service, _) = try await ada("otp", ["RATE_LIMIT_LOGIN": "100"])
        let asked = try await service.logIn()
        let code = try #require(try await service.lastCode())
        let wrong = code == "000000" ? "000001" : "000000"
        for _ in 0..<5 {
            #expect(try await service.answer(asked, wrong).code == "invalid_code")
        }
        #expect(try await service.answer(asked, code).code == "challenge_expired")
    }

    @Test func `an unknown challenge looks like one that is over`() async throws {
        let (service, _) = try await ada("otp")
        let unknown = ChallengeID(high: 1, low: 2)
        for id in ["\(unknown)", "nonsense", "ses_00000000000000000000000001"] {
            let answer = try await service.ask(
                .post, "otp", #"{"challengeId":"\#(id)","code":"000000"}"#)
            #expect(answer.status == 410 && answer.code == "challenge_expired")
        }
    }

    @Test func `wrong codes are limited over all challenges, and the device's owner gets in`()
        async throws
    {
        let (service, _) = try await ada(nil, ["RATE_LIMIT_LOGIN": "8"])
        let known = try #require(try await service.logIn().cookie)
        let token = try await service.logIn().accessToken
        #expect(try await service.setTwoFactor("otp", token: token).status == 200)
        for round in 0..<2 {
            let asked = try await service.logIn()
            let code = try #require(try await service.lastCode())
            let wrong = code == "000000" ? "000001" : "000000"
            for number in 0..<(round == 0 ? 5 : 3) {
                #expect(
                    try await service.answer(asked, wrong).code == "invalid_code", "\(number)")
            }
            if round == 1 {
                let limited = try await service.answer(asked, code)
                #expect(limited.status == 429 && limited.headers[.retryAfter] != nil)
            }
            service.pass(1)
        }
        let asked = try await service.logIn(cookie: known)
        #expect(asked.status == 202)
        let code = try #require(try await service.lastCode())
        #expect(try await service.answer(asked, code).status == 200)
    }

    @Test func `a log-in stays counted until its code is right`() async throws {
        let (service, _) = try await ada("otp")
        for _ in 0..<3 {
            #expect(try await service.logIn().status == 202)
            service.pass(1)
        }
        #expect(try await service.logIn().status == 429)
        service.pass(900)
        for _ in 0..<5 {
            let asked = try await service.logIn()
            let code = try #require(try await service.lastCode())
            #expect(try await service.answer(asked, code).status == 200)
            service.pass(1)
        }
    }

    @Test func `an authenticator's code is asked for, each good once`() async throws {
        let (service, token) = try await ada(nil, ["RATE_LIMIT_LOGIN": "100"])
        let (code, _) = try await authenticator(service, token)
        let asked = try await service.logIn()
        #expect(asked.status == 202 && asked.json["method"] == .string("totp"))
        #expect(try await service.answer(asked, code(-1)).code == "invalid_code", "used before")
        #expect(try await service.answer(asked, code(5)).code == "invalid_code")
        #expect(try await service.answer(asked, code(0)).status == 200)
        let next = try await service.logIn()
        #expect(try await service.answer(next, code(0)).code == "invalid_code", "used before")
        service.pass(30)
        #expect(try await service.answer(next, code(0)).status == 200)
    }

    @Test func `a recovery code opens a session once, however it is written`() async throws {
        let (service, token) = try await ada(nil, ["RATE_LIMIT_LOGIN": "100"])
        let (_, recovery) = try await authenticator(service, token)
        #expect(Set(recovery).count == 10)
        let asked = try await service.logIn()
        let code = recovery[0].uppercased().replacing("-", with: " ")
        #expect(try await service.answer(asked, code).status == 200)
        let next = try await service.logIn()
        #expect(try await service.answer(next, recovery[0]).code == "invalid_code")
        #expect(try await service.answer(next, recovery[1]).status == 200)
    }

    @Test func `an authenticator is left with a code of it only`() async throws {
        let (service, token) = try await ada(nil, ["RATE_LIMIT_LOGIN": "100"])
        let (code, _) = try await authenticator(service, token)
        for method in ["none", "otp", "totp"] {
            let refused = try await service.setTwoFactor(method, token: token)
            #expect(refused.status == 401 && refused.code == "invalid_code")
            let wrong = try await service.setTwoFactor(method, code: "00000000", token: token)
            #expect(wrong.code == "invalid_code")
        }
        #expect(try await service.logIn().status == 202)
        #expect(try await service.setTwoFactor("none", code: code(0), token: token).status == 200)
        #expect(try await service.logIn().status == 200)
    }

    @Test func `an authenticator is not in force before a code confirms it`() async throws {
        let (service, token) = try await ada()
        _ = try await service.setTwoFactor("totp", token: token)
        #expect(try await service.logIn().status == 200)
        let wrong = try await service.setTwoFactor("totp", code: "12", token: token)
        #expect(wrong.status == 401 && wrong.code == "invalid_code")
    }

    @Test func `a change needs the password, and wrong ones are limited`() async throws {
        let (service, token) = try await ada()
        for _ in 0..<3 {
            let wrong = try await service.setTwoFactor("otp", token: token, password: "wrong")
            #expect(wrong.status == 401 && wrong.code == "invalid_credentials")
        }
        #expect(try await service.setTwoFactor("otp", token: token).status == 429)
        #expect(try await service.logIn().status == 200, "the log-in has a count of its own")
    }

    @Test func `messages need a phone and somebody who sends them`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let token = try await service.logIn().accessToken
        #expect(try await service.setTwoFactor("otp", token: token).code == "phone_required")
        let (silent, other) = try await ada(nil, ["SANDBOX": "false"])
        #expect(try await silent.setTwoFactor("otp", token: other).code == "otp_unavailable")
        #expect(try await silent.ask(.get, "/sandbox/messages").status == 404)
    }
}

@Suite struct PasswordChangeTests {
    @Test func `a new password ends the other sessions and is the one that works`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let (here, there) = (try await service.logIn(), try await service.logIn())
        let body =
            #"{"currentPassword":"\#(IdentityService.password)","newPassword":"another one"}"#
        let changed = try await service.ask(.post, "password", body, token: here.accessToken)
        #expect(changed.status == 204)
        #expect(try await service.ask(.get, "me", token: there.accessToken).status == 401)
        #expect(try await service.refresh(there.refreshToken).status == 401)
        #expect(try await service.ask(.get, "me", token: here.accessToken).status == 200)
        #expect(try await service.refresh(here.refreshToken).status == 200)
        #expect(try await service.logIn().code == "invalid_credentials")
        #expect(try await service.logIn(password: "another one").status == 200)
    }

    @Test func `a wrong or short password changes nothing, and guesses are limited`()
        async throws
    {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let token = try await service.logIn().accessToken
        let short = #"{"currentPassword":"\#(IdentityService.password)","newPassword":"short"}"#
        #expect(try await service.ask(.post, "password", short, token: token).status == 400)
        let wrong = #"{"currentPassword":"wrong","newPassword":"another one"}"#
        for _ in 0..<3 {
            let refused = try await service.ask(.post, "password", wrong, token: token)
            #expect(refused.status == 401 && refused.code == "invalid_credentials")
        }
        #expect(try await service.ask(.post, "password", wrong, token: token).status == 429)
        #expect(try await service.logIn().status == 200)
    }

    @Test func `who logged in here before gets in while others guess`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let known = try #require(try await service.logIn().cookie)
        #expect(known.hasPrefix("teller_device="))
        for _ in 0..<3 { _ = try await service.logIn(password: "a guess") }
        #expect(try await service.logIn().status == 429)
        _ = try await service.signUp("ben@example.com")
        #expect(try await service.logIn("ben@example.com", cookie: known).status == 200)
        #expect(try await service.logIn(cookie: "teller_device=made-up").status == 429)
        #expect(try await service.logIn(cookie: known).status == 200)
        for _ in 0..<3 {
            #expect(try await service.logIn(password: "x", cookie: known).status == 401)
        }
        #expect(try await service.logIn(cookie: known).status == 429, "a device has its limit")
    }
}

extension IdentityService {
    var now: Timestamp { clock.now }

    func setTwoFactor(
        _ method: String, code: String? = nil, token: String, password: String = password
    ) async throws -> Answer {
        let more = code.map { #","code":"\#($0)""# } ?? ""
        return try await ask(
            .put, "two-factor",
            #"{"method":"\#(method)","currentPassword":"\#(password)"\#(more)}"#, token: token)
    }

    func answer(_ challenge: Answer, _ code: String) async throws -> Answer {
        let id = challenge.json["challengeId"]?.string ?? ""
        return try await ask(.post, "otp", #"{"challengeId":"\#(id)","code":"\#(code)"}"#)
    }

    /// The code of the newest message.
    func lastCode() async throws -> String? {
        let box = try await ask(.get, "/sandbox/messages")
        return box.json["data"]?.array?.first?["code"]?.string
    }
}

extension Base32 {
    /// Nil for what is not in the alphabet.
    static func decode(_ text: String) -> [UInt8]? {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
        for letter in text {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 5 | UInt32(value)
            count += 5
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            bits &= (1 << UInt32(count)) - 1
        }
        return bytes
    }
}
