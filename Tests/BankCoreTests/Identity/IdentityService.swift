import BankAPI
import BankCore
import BankTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Logging
import NIOCore
import ServiceKit
import Synchronization

/// `/auth` behind the middleware, on stores in memory, with a clock that a test moves.
struct IdentityService {
    static let ours = "http://localhost:3001"
    static let password = "correct horse battery staple"

    let ledger: InMemoryLedger
    let sessions: InMemorySessions
    let factors: InMemoryTwoFactors
    let revocations: SessionRevocations
    let clock: WallClock
    private let elapsed = Elapsed()
    private let application: Application<RouterResponder<ServiceContext>>

    /// Milliseconds that a test has let pass.
    private final class Elapsed: Sendable {
        let milliseconds = Mutex<Int64>(0)
    }

    init(_ changes: [String: String] = [:]) async throws {
        let environment = [
            "MONGO_URL": "mongodb://127.0.0.1", "JWT_SECRET": "rH3mK9vQ2xZ7pL5wN8tB4cF6dG1jS0aY",
            "SANDBOX": "true", "RATE_LIMIT_ANONYMOUS": "100000", "RATE_LIMIT_LOGIN": "3",
        ].merging(changes) { $1 }
        let settings = try BankSettings.load(SettingsReader(environment: environment))
        let elapsed = elapsed
        let clock = WallClock {
            Timestamp(
                milliseconds: Timestamp.sample.milliseconds + elapsed.milliseconds.withLock { $0 })
        }
        self.clock = clock
        ledger = InMemoryLedger(
            accounts: Currency.all.map { Account.cash($0, at: .sample) }, clock: clock)
        sessions = InMemorySessions(ledger: ledger, clock: clock)
        factors = InMemoryTwoFactors(ledger: ledger, clock: clock)
        let start = ContinuousClock.now
        revocations = SessionRevocations(
            source: sessions, tokenLifetimeSeconds: 900, logger: .silent, now: { start })
        await revocations.poll()
        let access = AccessTokens(
            secret: settings.service.jwtSecret, lifetimeSeconds: 900, clock: clock)
        let controller = IdentityController(
            IdentityPorts(
                ledger: DirectGate(store: ledger), directory: ledger, sessions: sessions,
                guessLimits: InMemoryGuessLimits(clock: clock), factors: factors,
                challenges: factors),
            settings: settings, access: access, revocations: revocations,
            passwords: PasswordHasher(cost: ScryptCost(logN: 4, r: 1, p: 1)), clock: clock)
        let router = ServiceRouter(
            ServiceMiddlewares(
                authenticator: Authenticator(tokens: access, revocations: revocations),
                settings: settings.service, log: nil, clock: clock))
        controller.addRoutes(to: router.group("/api/v1"))
        MessagesController(
            queue: factors, box: SealedBox(secret: settings.service.jwtSecret),
            isSandbox: settings.isSandbox
        ).addRoutes(to: router)
        application = Application(router: router, logger: .silent)
    }

    func pass(_ seconds: Int64) { elapsed.milliseconds.withLock { $0 += seconds * 1_000 } }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil,
        token: String? = nil, origin: String? = nil, cookie: String? = nil
    ) async throws -> Answer {
        var headers = HTTPFields()
        if body != nil { headers[.contentType] = "application/json" }
        headers[.authorization] = token.map { "Bearer \($0)" }
        headers[.origin] = origin
        headers[.cookie] = cookie
        let all = headers
        let response = try await application.test(.router) { client in
            try await client.execute(
                uri: path.hasPrefix("/") ? "/api/v1\(path)" : "/api/v1/auth/\(path)",
                method: method, headers: all,
                body: body.map { ByteBuffer(string: $0) })
        }
        return Answer(response)
    }

    func signUp(_ email: String = "ada@example.com", _ more: String = "") async throws -> Answer {
        try await ask(
            .post, "signup",
            #"{"name":"Ada","email":"\#(email)","password":"\#(Self.password)"\#(more)}"#)
    }

    func logIn(
        _ email: String = "ada@example.com", password: String = password, origin: String? = nil,
        cookie: String? = nil
    ) async throws -> Answer {
        try await ask(
            .post, "login", #"{"email":"\#(email)","password":"\#(password)"}"#, origin: origin,
            cookie: cookie)
    }

    func refresh(_ token: String) async throws -> Answer {
        try await ask(.post, "refresh", #"{"refreshToken":"\#(token)"}"#)
    }
}

/// An answer of the service, with its JSON.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let text: String
    let json: JSONValue

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
        json = (try? JSONParser.parse(Array(text.utf8))) ?? .null
    }

    var code: String? { json["code"]?.string }
    var accessToken: String { json["accessToken"]?.string ?? "" }
    var refreshToken: String { json["refreshToken"]?.string ?? "" }

    /// `name=value` of the cookie that is set.
    var cookie: String? { headers[.setCookie]?.split(separator: ";").first.map(String.init) }
}

/// The ledger without the engine: each command a batch of its own.
struct DirectGate: LedgerGate {
    let store: any LedgerStore

    func perform(
        _ command: LedgerCommand, as workload: Workload
    ) async throws(PostingError) -> LedgerOutcome {
        let outcomes: [LedgerOutcome]
        do {
            outcomes = try await store.commit([command])
        } catch {
            throw .unavailable
        }
        guard let outcome = outcomes.first else { throw .faulty }
        return outcome
    }

    func performAll(_ commands: [LedgerCommand], as workload: Workload) async -> [PostingResult] {
        var results: [PostingResult] = []
        for command in commands {
            do throws(PostingError) {
                results.append(.success(try await perform(command, as: workload)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    func preview(_ command: LedgerCommand) async throws(StoreError) -> LedgerOutcome {
        try await store.preview(command)
    }
}
