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

/// The bank's routes over the posting engine and a store in memory, without a network.
struct RouteBank {
    /// Accounts 1 and 2 are Ada's (USD), 3 is Bob's (USD), 4 Bob's (EUR); each begins with
    /// 100,000 minor units.
    let ledger = InMemoryLedger(
        accounts: [
            .sample(1, owner: .ada, posted: 100_000), .sample(2, owner: .ada, posted: 100_000),
            .sample(3, owner: .bob, posted: 100_000),
            .sample(4, owner: .bob, posted: 100_000, currency: .eur), .cash(.usd), .cash(.eur),
        ], clock: .system)
    let store: FaultyStore
    private let router: ServiceRouter
    private let engine: PostingEngine
    private let watch: JournalWatch
    let statements = InMemoryStatements()
    /// Makes statements when it is told to; it does not run by itself.
    let worker: StatementWorker
    private let tokens: AccessTokens

    /// No one was revoked, ever.
    private struct NoRevocations: RevocationSource {
        func revokedSessions(inLastSeconds: Int) async throws -> [RevokedSession] { [] }
    }

    init(isSandbox: Bool = false, plan: @escaping FaultyStore.Plan = { _, _ in nil }) async throws {
        let settings = try BankSettings.load(
            SettingsReader(environment: [
                "MONGO_URL": "mongodb://127.0.0.1/?replicaSet=rs0",
                "JWT_SECRET": "rH3mK9vQ2xZ7pL5wN8tB4cF6dG1jS0aYeUoI",
                "RATE_LIMIT_ENABLED": "false",
            ])
        ).service
        store = FaultyStore(ledger, plan: plan)
        tokens = AccessTokens(secret: settings.jwtSecret, lifetimeSeconds: 900)
        let start = ContinuousClock.now
        let revocations = SessionRevocations(
            source: NoRevocations(), tokenLifetimeSeconds: 900, logger: .silent, now: { start })
        await revocations.poll()
        engine = PostingEngine(store: store, wallClock: .system, logger: .silent)
        watch = JournalWatch(ledger) { false }
        worker = StatementWorker(
            store: statements, accounts: ledger,
            maker: StatementMaker(histories: ledger, proof: ledger, clock: .system),
            clock: .system, identifiers: IdentifierGenerator(clock: .system), logger: .silent)
        router = ServiceRouter(
            ServiceMiddlewares(
                authenticator: Authenticator(tokens: tokens, revocations: revocations),
                settings: settings, log: nil))
        addRoutes(isSandbox: isSandbox)
    }

    private func addRoutes(isSandbox: Bool) {
        let identifiers = IdentifierGenerator(clock: .system)
        let accounts = Accounts(
            gate: engine, reader: ledger,
            policy: AccountPolicy(
                accountsPerCustomerMax: 4, defaultCurrency: .usd, isSandbox: isSandbox),
            identifiers: identifiers, types: KnownTypes(store: ledger))
        let transactions = Transactions(
            gate: engine, reader: ledger, accountReader: ledger, accounts: accounts,
            isSandbox: isSandbox, cancellationMinutes: 15)
        AccountsController(accounts: accounts, transactions: ledger, histories: ledger)
            .addRoutes(to: router)
        TransactionsController(transactions: transactions).addRoutes(to: router)
        TypesController(store: ledger).addRoutes(to: router)
        HoldsController(
            holds: Holds(gate: engine, reader: ledger, accounts: accounts, accountReader: ledger)
        ).addRoutes(to: router)
        LedgerController(proof: ledger).addRoutes(to: router)
        EventsController(source: ledger, watch: watch).addRoutes(to: router)
        let maker = StatementMaker(histories: ledger, proof: ledger, clock: .system)
        StatementsController(
            accounts: accounts, maker: maker, store: statements, identifiers: identifiers
        ).addRoutes(to: router)
        DocumentsController(
            files: DocumentFiles(folder: "/nonexistent"), dashboard: "http://localhost:3001"
        ).addRoutes(to: router)
    }

    /// Serves while `body` asks.
    func serve<Value: Sendable>(
        _ body: @Sendable (Caller) async throws -> Value
    ) async throws -> Value {
        let application = Application(router: router, services: [engine, watch], logger: .silent)
        let tokens = tokens
        return try await application.test(.router) { client in
            try await body(Caller(client: client, tokens: tokens))
        }
    }
}

extension CustomerID {
    static let ada = CustomerID.numbered(1)
    static let bob = CustomerID.numbered(2)
    static let teller = CustomerID.numbered(90)
    static let admin = CustomerID.numbered(91)
}

/// Asks in somebody's name.
struct Caller: Sendable {
    let client: any TestClientProtocol
    let tokens: AccessTokens

    struct Reply: Sendable {
        let status: Int
        let json: JSONValue
        let text: String
        let headers: HTTPFields
        var code: String? { json["code"]?.string }
        /// `pointer code` of each fault.
        var faults: [String] {
            (json["errors"]?.array ?? []).map {
                "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")"
            }
        }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, as customer: CustomerID? = .ada,
        _ body: String? = nil, headers: HTTPFields = [:]
    ) async throws -> Reply {
        var headers = headers
        if let customer {
            let role: Role =
                customer == .admin ? .admin : customer == .teller ? .teller : .customer
            let token = tokens.issue(
                to: Identity(customerID: customer, sessionID: .numbered(1), role: role))
            headers[.authorization] = "Bearer \(token)"
        }
        if body != nil, headers[.contentType] == nil {
            headers[.contentType] = "application/json"
        }
        let response = try await client.execute(
            uri: "/api/v1" + path, method: method, headers: headers,
            body: body.map { ByteBuffer(string: $0) })
        let text = String(buffer: response.body)
        return Reply(
            status: response.status.code,
            json: (try? JSONParser.parse(Array(text.utf8))) ?? .null, text: text,
            headers: response.headers)
    }

    /// `POST /transactions` with a key.
    func post(
        _ body: String, as customer: CustomerID? = .ada, key: String = "key"
    ) async throws -> Reply {
        try await ask(
            .post, "/transactions", as: customer, body, headers: [.idempotencyKey: key])
    }

    /// The body of a transfer between sample accounts.
    func transfer(
        from: Int = 1, to: Int = 3, amount: String = "100", currency: String = "USD",
        more: String = ""
    ) -> String {
        """
        {"type":"transfer","from":"\(AccountID.numbered(from))","to":"\(AccountID.numbered(to))",\
        "amount":\(amount),"currency":"\(currency)"\(more)}
        """
    }
}
