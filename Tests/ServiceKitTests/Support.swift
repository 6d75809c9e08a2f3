import BankAPI
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Logging
import NIOCore
import ServiceKit
import Synchronization

let randomSecret = Secret("rH3mK9vQ2xZ7pL5wN8tB4cF6dG1jS0aYeUoI")

/// The settings a service starts with at least.
let requiredSettings = [
    "MONGO_URL": "mongodb://127.0.0.1:27017/?replicaSet=rs0", "JWT_SECRET": randomSecret.value,
]

func settings(_ changes: [String: String] = [:]) throws -> ServiceSettings {
    let environment = requiredSettings.merging(changes) { $1 }
    return try WebsocketSettings.load(SettingsReader(environment: environment)).service
}

/// A moment that a test moves.
final class Moment: Sendable {
    private let milliseconds = Mutex<Int64>(1_790_000_000_000)
    private let start = ContinuousClock.now

    var clock: WallClock {
        WallClock { Timestamp(milliseconds: self.milliseconds.withLock { $0 }) }
    }

    var instant: @Sendable () -> ContinuousClock.Instant {
        { self.start + .milliseconds(self.milliseconds.withLock { $0 }) }
    }

    func pass(_ seconds: Int64) { milliseconds.withLock { $0 += seconds * 1_000 } }
}

/// Revoked sessions as a test sets them.
final class StubRevocations: RevocationSource {
    private struct Unreachable: Error {}
    private let sessions = Mutex<[RevokedSession]?>([])
    private let windows = Mutex<[Int]>([])

    /// Nil: the source cannot be reached.
    func set(_ sessions: [RevokedSession]?) { self.sessions.withLock { $0 = sessions } }

    var asked: [Int] { windows.withLock { $0 } }

    func revokedSessions(inLastSeconds seconds: Int) async throws -> [RevokedSession] {
        windows.withLock { $0.append(seconds) }
        guard let sessions = sessions.withLock({ $0 }) else { throw Unreachable() }
        return sessions
    }
}

/// What went into a log.
final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func output(_ format: LogFormat = .json) -> LogOutput {
        LogOutput(format: format) { [self] new in bytes.withLock { $0 += new } }
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var all: [Substring] { text.split(separator: "\n") }
}

/// A service of a few routes behind all the middleware.
struct TestService {
    let moment = Moment()
    let source = StubRevocations()
    let lines = Lines()
    let health = Health()
    let log: LogOutput
    let tokens: AccessTokens
    let revocations: SessionRevocations
    let router: ServiceRouter
    let identity = Identity(
        customerID: CustomerID(high: 1, low: 2), sessionID: SessionID(high: 3, low: 4),
        role: .customer)

    init(_ changes: [String: String] = [:]) async throws {
        let settings = try settings(changes)
        let log = lines.output()
        let instant = moment.instant
        self.log = log
        self.tokens = AccessTokens(
            secret: settings.jwtSecret, lifetimeSeconds: settings.accessTokenSeconds,
            clock: moment.clock)
        self.revocations = SessionRevocations(
            source: source, tokenLifetimeSeconds: 900, logger: Self.silent,
            now: instant)
        await revocations.poll()
        self.router = ServiceRouter(
            ServiceMiddlewares(
                authenticator: Authenticator(tokens: tokens, revocations: revocations),
                settings: settings, log: log, health: health,
                rateLimits: settings.rateLimits.map { RateLimits($0, now: instant) },
                clock: moment.clock))
        addRoutes()
    }

    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func addRoutes() {
        router.get("/api/v1/open") { _, context in Response(json: Array("{}".utf8)) }
        router.get("/api/v1/mine") { _, context in
            Response(json: Array("\"\(try context.identity().customerID)\"".utf8))
        }
        router.get("/api/v1/staff") { _, context in
            _ = try context.staffIdentity()
            return Response(json: Array("{}".utf8))
        }
        router.post("/api/v1/transactions") { request, context in
            _ = try context.identity()
            _ = try await request.json()
            return Response(json: Array("{}".utf8))
        }
        router.post("/api/v1/echo") { request, _ in
            let text = try await request.fields { $0.requiredString("text", bytes: 1...10) }
            return Response(json: Array("\"\(text)\"".utf8))
        }
        router.get("/api/v1/things/{id}") { _, context in
            let id = try context.identifier("id", AccountID.self)
            return Response(json: Array("\"\(id)\"".utf8))
        }
        router.get("/api/v1/broken") { _, _ -> Response in throw Unexpected(secret: "canary") }
        router.get("/api/v1/busy") { _, _ -> Response in
            throw Problem(.overloaded, retryAfterSeconds: 3)
        }
    }

    struct Unexpected: Error { let secret: String }

    /// Runs the service without a network, and asks it.
    func ask<Value: Sendable>(
        _ test: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await Application(router: router, logger: Self.silent).test(.router, test)
    }

    /// One request, one answer.
    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await ask { try await $0.execute(uri: path, method: .get, headers: headers) }
    }

    func post(
        _ path: String, _ body: String, _ headers: HTTPFields = [.contentType: "application/json"]
    ) async throws -> TestResponse {
        try await ask {
            try await $0.execute(
                uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
        }
    }

    func bearer(_ token: String? = nil) -> HTTPFields {
        [.authorization: "Bearer \(token ?? tokens.issue(to: identity))"]
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}
