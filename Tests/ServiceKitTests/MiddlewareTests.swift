import BankAPI
import HTTPTypes
import HummingbirdTesting
import Ledger
import NIOCore
import ServiceKit
import Testing

@Suite struct RequestScopeTests {
    @Test(arguments: ["my-own.id_1", "a", String(repeating: "x", count: 64)])
    func `a well formed request ID is taken`(id: String) async throws {
        let service = try await TestService()
        let response = try await service.get("/api/v1/open", [.requestID: id])
        #expect(response.headers[.requestID] == id)
    }

    @Test(arguments: [
        "", "with space", "<script>", String(repeating: "x", count: 65), "ä", "a/b", "a\tb",
    ])
    func `another is replaced by a new one`(id: String) async throws {
        let service = try await TestService()
        let response = try await service.get("/api/v1/open", [.requestID: id])
        let made = response.headers[.requestID]
        let text = try #require(made)
        #expect(text.hasPrefix("req_") && text.count == 30)
    }

    @Test func `every response has a request ID, also 404 and preflights`() async throws {
        let service = try await TestService()
        for path in ["/nowhere", "/api/v1/broken", "/api/v1/mine", "/api/v1/open"] {
            #expect(try await service.get(path).headers[.requestID] != nil)
        }
    }

    @Test func `the trace context is passed through if it is one`() async throws {
        let service = try await TestService()
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let passed = try await service.get("/api/v1/open", [.traceparent: good])
        #expect(passed.headers[.traceparent] == good)
        let dropped = try await service.get("/api/v1/open", [.traceparent: "x"])
        #expect(dropped.headers[.traceparent] == nil)
    }

    @Test func `while the service drains every answer ends its connection`() async throws {
        let service = try await TestService()
        let before = try await service.get("/api/v1/open")
        #expect(before.headers[.connection] == nil)
        service.health.drain()
        for path in ["/api/v1/open", "/nowhere", "/api/v1/broken", "/api/v1/mine"] {
            let response = try await service.get(path)
            #expect(response.headers[.connection] == "close", "\(path)")
        }
    }

    @Test func `responses have the security headers`() async throws {
        let service = try await TestService()
        let headers = try await service.get("/api/v1/open").headers
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
        #expect(headers[.frameOptions] == "DENY")
        #expect(headers[.referrerPolicy] == "no-referrer")
        #expect(headers[.cacheControl] == "no-store")
    }
}

@Suite struct CORSTests {
    private static let ours = "http://localhost:3001"

    @Test func `an allowed origin may use credentials`() async throws {
        let service = try await TestService()
        let headers = try await service.get("/api/v1/open", [.origin: Self.ours]).headers
        #expect(headers[.accessControlAllowOrigin] == Self.ours)
        #expect(headers[.accessControlAllowCredentials] == "true")
        #expect(headers[.vary]?.contains("Origin") == true)
    }

    @Test(arguments: [
        "http://localhost:3002", "https://localhost:3001", "http://evil.example", "null",
        "http://localhost:3001.evil.example", "http://127.0.0.1:3001@evil.example",
    ]) func `another origin gets nothing`(origin: String) async throws {
        let service = try await TestService()
        let headers = try await service.get("/api/v1/open", [.origin: origin]).headers
        #expect(headers[.accessControlAllowOrigin] == nil)
        #expect(headers[.accessControlAllowCredentials] == nil)
    }

    @Test(arguments: [(ours, HTTPResponse.Status.noContent), ("http://evil.example", .forbidden)])
    func `a preflight is answered by the list`(
        origin: String, status: HTTPResponse.Status
    ) async throws {
        let service = try await TestService()
        let response = try await service.ask {
            try await $0.execute(
                uri: "/api/v1/transactions", method: .options,
                headers: [.origin: origin, .accessControlRequestMethod: "POST"])
        }
        #expect(response.status == status)
        #expect((response.headers[.accessControlAllowMethods] != nil) == (status == .noContent))
    }

    @Test func `also problems can be read by an allowed origin`() async throws {
        let service = try await TestService()
        let headers = try await service.get("/nowhere", [.origin: Self.ours]).headers
        #expect(headers[.accessControlAllowOrigin] == Self.ours)
    }
}

@Suite struct AuthenticationTests {
    @Test func `a right token gets in`() async throws {
        let service = try await TestService()
        let response = try await service.get("/api/v1/mine", service.bearer())
        #expect(response.text == "\"\(service.identity.customerID)\"")
    }

    @Test func `all wrong tokens get the same 401`() async throws {
        let service = try await TestService(["RATE_LIMIT_ENABLED": "false"])
        let id = HTTPField.Name.requestID
        let none = try await service.get("/api/v1/mine", [id: "x"])
        #expect(none.status == .unauthorized)
        #expect(none.headers[.wwwAuthenticate] == "Bearer")
        for forgery in Forge(now: service.moment.clock.now).forgeries {
            guard HTTPField.isValidValue("Bearer \(forgery.token)") else { continue }
            var headers = service.bearer(forgery.token)
            headers[id] = "x"
            let response = try await service.get("/api/v1/mine", headers)
            #expect(response.status == .unauthorized, "\(forgery.name)")
            #expect(response.text == none.text, "\(forgery.name)")
        }
    }

    @Test(arguments: ["Basic YTpi", "Bearer", "bearer ", "Token x", ""])
    func `another scheme is no token`(value: String) async throws {
        let service = try await TestService()
        #expect(
            try await service.get("/api/v1/mine", [.authorization: value]).status == .unauthorized)
    }

    @Test func `two Authorization headers are refused`() async throws {
        let service = try await TestService()
        var headers = service.bearer()
        headers.append(HTTPField(name: .authorization, value: "Bearer x"))
        #expect(try await service.get("/api/v1/mine", headers).status == .unauthorized)
    }

    @Test func `a token in the query is not looked at`() async throws {
        let service = try await TestService()
        let token = service.tokens.issue(to: service.identity)
        for name in ["token", "access_token"] {
            let response = try await service.get("/api/v1/mine?\(name)=\(token)")
            #expect(response.status == .unauthorized)
        }
        await service.log.flush()
        #expect(!service.lines.text.contains(token))
    }

    @Test func `a revoked session is refused`() async throws {
        let service = try await TestService()
        service.revocations.insert([
            RevokedSession(
                sessionID: service.identity.sessionID, customerID: service.identity.customerID,
                reason: .logout)
        ])
        #expect(
            try await service.get("/api/v1/mine", service.bearer()).status == .unauthorized)
    }

    @Test func `while it is not known who was logged out nobody gets in`() async throws {
        let service = try await TestService()
        service.moment.pass(6)
        let response = try await service.get("/api/v1/mine", service.bearer())
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] != nil)
        #expect(try await service.get("/api/v1/open").status == .ok)
    }

    @Test func `a customer is no staff`() async throws {
        let service = try await TestService()
        #expect(try await service.get("/api/v1/staff", service.bearer()).status == .forbidden)
        #expect(try await service.get("/api/v1/staff").status == .unauthorized)
        let teller = Identity(
            customerID: CustomerID(high: 9, low: 9), sessionID: SessionID(high: 9, low: 9),
            role: .teller)
        let headers = service.bearer(service.tokens.issue(to: teller))
        #expect(try await service.get("/api/v1/staff", headers).status == .ok)
    }
}

@Suite struct RateLimitMiddlewareTests {
    @Test func `over the limit it is 429 with the headers of the draft`() async throws {
        let service = try await TestService(["RATE_LIMIT_ANONYMOUS": "2/min"])
        let first = try await service.get("/api/v1/open")
        #expect(first.headers[.rateLimitPolicy] == "\"anonymous\";q=2;w=60")
        #expect(first.headers[.rateLimit] == "\"anonymous\";r=1;t=30")
        _ = try await service.get("/api/v1/open")
        let refused = try await service.get("/api/v1/open")
        #expect(refused.status == .tooManyRequests)
        #expect(refused.headers[.contentType] == "application/problem+json")
        #expect(refused.headers[.retryAfter] == "30")
        #expect(refused.headers[.rateLimit] == "\"anonymous\";r=0;t=30")
        service.moment.pass(30)
        #expect(try await service.get("/api/v1/open").status == .ok)
    }

    @Test func `reads and money are counted apart by customer`() async throws {
        let service = try await TestService(["RATE_LIMIT_CUSTOMER": "10/min"])
        let read = try await service.get("/api/v1/mine", service.bearer())
        #expect(read.headers[.rateLimitPolicy] == "\"reads\";q=10;w=60")
        var headers = service.bearer()
        headers[.contentType] = "application/json"
        let money = try await service.post("/api/v1/transactions", "{}", headers)
        #expect(money.headers[.rateLimitPolicy] == "\"money\";q=5;w=60")
        #expect(money.headers[.rateLimit] == "\"money\";r=4;t=12")
    }

    @Test func `limits can be switched off`() async throws {
        let service = try await TestService([
            "RATE_LIMIT_ENABLED": "false", "RATE_LIMIT_ANONYMOUS": "1/min",
        ])
        for _ in 0..<5 {
            let response = try await service.get("/api/v1/open")
            #expect(response.status == .ok && response.headers[.rateLimit] == nil)
        }
    }

    @Test func `a stranger cannot name another address`() async throws {
        let service = try await TestService(["RATE_LIMIT_ANONYMOUS": "1/min"])
        _ = try await service.get("/api/v1/open", [.forwardedFor: "1.1.1.1"])
        let second = try await service.get("/api/v1/open", [.forwardedFor: "2.2.2.2"])
        #expect(second.status == .tooManyRequests)
    }
}

@Suite struct AccessLogTests {
    @Test func `each request is one line with what happened and no secret`() async throws {
        let service = try await TestService()
        let token = service.tokens.issue(to: service.identity)
        var headers = service.bearer(token)
        headers[.requestID] = "my-id"
        _ = try await service.get("/api/v1/mine?secret=canary", headers)
        await service.log.flush()
        #expect(service.lines.all.count == 1)
        let first = try #require(service.lines.all.first)
        let line = try JSONParser.parse(Array(first.utf8))
        #expect(line["message"] == .string("request"))
        #expect(line["request.id"] == .string("my-id"))
        #expect(line["http.route"] == .string("/api/v1/mine"))
        #expect(line["http.status"]?.integer == 200)
        #expect(line["customer.id"] == .string("\(service.identity.customerID)"))
        #expect(line["duration.us"]?.integer != nil)
        #expect(!service.lines.text.contains("canary") && !service.lines.text.contains(token))
    }

    @Test func `a path cannot write lines of its own`() async throws {
        let service = try await TestService()
        _ = try await service.get("/x%0d%0a{\"level\":\"error\"}\u{1B}[31m")
        await service.log.flush()
        #expect(service.lines.all.count == 1)
        #expect(!service.lines.text.contains("\u{1B}"))
    }

    @Test func `what is below the level is not logged`() async throws {
        let service = try await TestService(["LOG_LEVEL": "warning"])
        _ = try await service.get("/api/v1/open")
        await service.log.flush()
        #expect(service.lines.text.isEmpty)
    }
}

@Suite struct RouteTests {
    @Test func `the router knows its routes`() async throws {
        let service = try await TestService()
        #expect(
            service.router.routes.contains { $0.path == "/api/v1/things/{id}" && $0.method == .get }
        )
        #expect(service.router.routes.count == 8)
    }

    @Test func `readiness follows the checks and the drain`() async throws {
        let health = Health()
        health.register("mongodb") { true }
        #expect(await health.report().isReady)
        health.register("revocations") { false }
        #expect(await !health.report().isReady)
        let other = Health()
        other.drain()
        #expect(await other.report() == Health.Report(isReady: false, isDraining: true, checks: []))
    }
}
