import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Ledger
import ServiceKit
import Testing

@Suite struct LogInTests {
    @Test func `a log-in gives tokens that work`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let login = try await service.logIn()
        #expect(login.status == 200)
        #expect(login.json["tokenType"] == .string("Bearer"))
        #expect(login.json["expiresIn"]?.integer == 900)
        let me = try await service.ask(.get, "me", token: login.accessToken)
        #expect(me.status == 200 && me.json == login.json["customer"])
    }

    @Test func `the e-mail may be written in another way`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        #expect(try await service.logIn("ADA@Example.com").status == 200)
    }

    @Test func `a wrong password, an unknown e-mail and no e-mail look the same`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        let wrong = try await service.logIn(password: "not the password")
        let unknown = try await service.logIn("nobody@example.com", password: "not the password")
        let none = try await service.logIn("no address at all", password: "not the password")
        #expect(wrong.status == 401 && wrong.code == "invalid_credentials")
        for other in [unknown, none] {
            #expect(other.status == wrong.status)
            for member in ["type", "title", "code", "detail", "retryable"] {
                #expect(other.json[member] == wrong.json[member])
            }
        }
    }

    @Test func `after so many failures the right password does not help until the window is over`()
        async throws
    {
        let service = try await IdentityService()
        _ = try await service.signUp()
        for _ in 0..<3 {
            #expect(try await service.logIn(password: "wrong").status == 401)
        }
        let limited = try await service.logIn()
        #expect(limited.status == 429 && limited.code == "rate_limited")
        #expect(limited.headers[.retryAfter] == "900")
        service.pass(901)
        #expect(try await service.logIn().status == 200)
    }

    @Test func `a right password within the limit begins the count anew`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        for _ in 0..<4 {
            for _ in 0..<2 { _ = try await service.logIn(password: "wrong") }
            #expect(try await service.logIn().status == 200)
        }
    }

    @Test func `an unknown e-mail is counted like a known one`() async throws {
        let service = try await IdentityService()
        for _ in 0..<3 {
            #expect(try await service.logIn("nobody@example.com").status == 401)
        }
        #expect(try await service.logIn("NOBODY@example.com").status == 429)
    }

    @Test func `without rate limits nothing is counted`() async throws {
        let service = try await IdentityService(["RATE_LIMIT_ENABLED": "false"])
        _ = try await service.signUp()
        for _ in 0..<10 { _ = try await service.logIn(password: "wrong") }
        #expect(try await service.logIn().status == 200)
    }

    @Test(arguments: [
        "{}", #"{"email":1,"password":"x"}"#, #"{"email":{"$ne":null},"password":{"$ne":null}}"#,
        #"{"email":"a@b.c","password":"x","role":"admin"}"#,
    ]) func `a log-in of another form is 400`(body: String) async throws {
        let service = try await IdentityService()
        #expect(try await service.ask(.post, "login", body).status == 400)
    }

    @Test func `a closed customer cannot log in`() async throws {
        let service = try await IdentityService()
        _ = try await service.signUp()
        service.ledger.tamper { state in
            for id in state.customers.keys { state.customers[id]?.status = .closed }
        }
        #expect(try await service.logIn().code == "invalid_credentials")
    }
}

@Suite struct SessionTests {
    private func loggedIn() async throws -> (IdentityService, Answer) {
        let service = try await IdentityService()
        _ = try await service.signUp()
        return (service, try await service.logIn())
    }

    @Test func `a refresh gives a new pair`() async throws {
        let (service, login) = try await loggedIn()
        let renewed = try await service.refresh(login.refreshToken)
        #expect(renewed.status == 200)
        #expect(renewed.refreshToken != login.refreshToken)
        #expect(try await service.ask(.get, "me", token: renewed.accessToken).status == 200)
        #expect(try await service.refresh(renewed.refreshToken).status == 200)
    }

    @Test func `a lost reply is asked for again within twenty seconds`() async throws {
        let (service, login) = try await loggedIn()
        let first = try await service.refresh(login.refreshToken)
        service.pass(20)
        let again = try await service.refresh(login.refreshToken)
        #expect(again.status == 200 && again.refreshToken == first.refreshToken)
        #expect(try await service.refresh(again.refreshToken).status == 200)
    }

    @Test func `a token used again later ends the session`() async throws {
        let (service, login) = try await loggedIn()
        let renewed = try await service.refresh(login.refreshToken)
        service.pass(21)
        let reused = try await service.refresh(login.refreshToken)
        #expect(reused.status == 401 && reused.code == "invalid_token")
        #expect(try await service.refresh(renewed.refreshToken).status == 401)
        #expect(try await service.ask(.get, "me", token: renewed.accessToken).status == 401)
    }

    @Test func `twenty refreshes at once leave one live family`() async throws {
        let (service, login) = try await loggedIn()
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await service.refresh(login.refreshToken) } }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(Set(answers.map(\.status)) == [200])
        #expect(Set(answers.map(\.refreshToken)).count == 1)
    }

    @Test func `a made-up refresh token is refused and ends nothing`() async throws {
        let (service, login) = try await loggedIn()
        let other = login.refreshToken.last == "A" ? "w" : "A"
        for text in ["x", String(login.refreshToken.dropLast()) + other, login.accessToken] {
            let answer = try await service.refresh(text)
            #expect(answer.status == 401 && answer.code == "invalid_token")
        }
        #expect(try await service.refresh(login.refreshToken).status == 200)
    }

    @Test func `a refresh token is no access token`() async throws {
        let (service, login) = try await loggedIn()
        #expect(try await service.ask(.get, "me", token: login.refreshToken).status == 401)
    }

    @Test func `a session that is not used for thirty days has ended`() async throws {
        let (service, login) = try await loggedIn()
        service.pass(30 * 86_400 + 1)
        #expect(try await service.refresh(login.refreshToken).status == 401)
    }

    @Test func `logging out ends the session and its tokens`() async throws {
        let (service, login) = try await loggedIn()
        let other = try await service.logIn()
        #expect(try await service.ask(.post, "logout", token: login.accessToken).status == 204)
        #expect(try await service.ask(.get, "me", token: login.accessToken).status == 401)
        #expect(try await service.refresh(login.refreshToken).status == 401)
        #expect(try await service.ask(.get, "me", token: other.accessToken).status == 200)
    }

    @Test func `other processes learn of it by their poll`() async throws {
        let (service, login) = try await loggedIn()
        _ = try await service.ask(.post, "logout", token: login.accessToken)
        let revoked = try await service.sessions.revokedSessions(inLastSeconds: 15)
        #expect(revoked.map(\.reason) == [.logout])
    }

    @Test func `sessions are listed, the own one is marked, and one can be ended`() async throws {
        let (service, login) = try await loggedIn()
        service.pass(1)
        let other = try await service.logIn()
        let list = try await service.ask(.get, "sessions", token: login.accessToken)
        let data = try #require(list.json["data"]?.array)
        #expect(data.map { $0["current"] } == [.bool(false), .bool(true)])
        let id = try #require(data.first?["id"]?.string)
        let ended = try await service.ask(.delete, "sessions/\(id)", token: login.accessToken)
        #expect(ended.status == 204)
        #expect(try await service.ask(.get, "me", token: other.accessToken).status == 401)
        let again = try await service.ask(.delete, "sessions/\(id)", token: login.accessToken)
        #expect(again.status == 404)
    }

    @Test func `another customer's session is not found`() async throws {
        let (service, login) = try await loggedIn()
        _ = try await service.signUp("ben@example.com")
        let ben = try await service.logIn("ben@example.com")
        let list = try await service.ask(.get, "sessions", token: ben.accessToken)
        let id = try #require(list.json["data"]?.array?.first?["id"]?.string)
        let ended = try await service.ask(.delete, "sessions/\(id)", token: login.accessToken)
        #expect(ended.status == 404)
        #expect(try await service.ask(.get, "me", token: ben.accessToken).status == 200)
    }
}

@Suite struct RefreshCookieTests {
    private func loggedIn() async throws -> (IdentityService, Answer) {
        let service = try await IdentityService()
        _ = try await service.signUp()
        return (service, try await service.logIn(origin: IdentityService.ours))
    }

    @Test func `our page gets the refresh token where no script can read it`() async throws {
        let (_, login) = try await loggedIn()
        #expect(login.status == 200 && login.json["refreshToken"] == nil)
        let header = try #require(login.headers[.setCookie])
        for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=2592000"] {
            #expect(header.contains(part))
        }
        #expect(!header.contains("Secure"))
        #expect(!login.text.contains(try #require(login.cookie).dropFirst(15)))
    }

    @Test func `our page renews by the cookie alone`() async throws {
        let (service, login) = try await loggedIn()
        for body in ["{}", nil] {
            let answer = try await service.ask(
                .post, "refresh", body, origin: IdentityService.ours, cookie: login.cookie)
            #expect(answer.status == 200 && answer.json["refreshToken"] == nil)
            #expect(answer.cookie != nil && answer.cookie != login.cookie)
        }
    }

    @Test(arguments: [nil, "http://evil.example", "null", "http://localhost:3002"])
    func `no other site can use the cookie`(origin: String?) async throws {
        let (service, login) = try await loggedIn()
        let answer = try await service.ask(
            .post, "refresh", "{}", origin: origin, cookie: login.cookie)
        #expect(answer.status == 401 && answer.headers[.setCookie] == nil)
    }

    @Test func `logging out clears it`() async throws {
        let (service, login) = try await loggedIn()
        let answer = try await service.ask(
            .post, "logout", token: login.accessToken, origin: IdentityService.ours)
        #expect(answer.headers[.setCookie]?.hasPrefix("teller_refresh=; ") == true)
        #expect(answer.headers[.setCookie]?.contains("Max-Age=0") == true)
    }

    @Test func `over https it is sent over https only`() async throws {
        let service = try await IdentityService([
            "BANK_URL": "https://bank.example", "ALLOWED_ORIGINS": "https://page.example",
        ])
        _ = try await service.signUp()
        let login = try await service.logIn(origin: "https://page.example")
        #expect(login.headers[.setCookie]?.contains("; Secure") == true)
    }
}
