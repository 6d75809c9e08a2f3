import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import NIOPosix
import Realtime
import ServiceKit
import ServiceLifecycle
import Testing

/// The push service over real sockets, with everything behind it in memory.
struct Wire: Sendable {
    let journal: MemoryJournal
    let feed: MemoryFeed
    let store: MemoryInteractions
    let log: InteractionLog
    let hub: Hub
    let port: Int

    /// Runs the service while `body` works with it.
    static func run(
        _ change: (inout RealtimeLimits) -> Void = { _ in },
        _ body: @escaping @Sendable (Wire) async throws -> Void
    ) async throws {
        var limits = RealtimeLimits()
        change(&limits)
        let currency = try #require(Currency("USD"))
        let journal = MemoryJournal(currency: currency)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let wire = Wire(journal: journal, logger)
        try await wire.serve(limits, logger, body)
    }

    private func serve(
        _ limits: RealtimeLimits, _ logger: Logger,
        _ body: @escaping @Sendable (Wire) async throws -> Void
    ) async throws {
        let work = WorkQueue()
        let context = ConnectionContext(
            limits: limits, clock: .system, uptime: .system,
            identifiers: IdentifierGenerator(clock: .system),
            credentials: FakeCredentials(
                expiresAt: WallClock.system.now.advanced(bySeconds: 900)),
            journal: journal, interactions: log, work: work, logger: logger)
        let origin = try #require(WebOrigin("http://page.example"))
        let server = SocketServer(
            door: SocketDoor(allowedOrigins: [origin]), hub: hub, context: context,
            proxies: TrustedProxies([]))
        let supervisor = FeedSupervisor(
            feed: feed, tokens: MemoryFeedTokens(), journal: journal, hub: hub, clock: .system,
            uptime: .system, logger: logger)
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.get("/hello") { _, _ in "hello" }
        let application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                RealtimeChannel(responder: responder, server: server)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { told.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let group = ServiceGroup(
            services: [
                log, work, context.positions, supervisor,
                ConnectionSweeper(hub: hub, context: context, interval: .milliseconds(100)),
                SocketDrain(server: server, logger: logger), application,
            ], logger: logger)
        try await group.run {
            let port = await ports.first { _ in true } ?? 0
            try await body(Wire(copying: self, port: port))
        }
    }

    private init(journal: MemoryJournal, _ logger: Logger) {
        self.journal = journal
        self.port = 0
        self.feed = MemoryFeed()
        self.store = MemoryInteractions()
        self.log = InteractionLog(
            store: store, identifiers: IdentifierGenerator(clock: .system), logger: logger)
        self.hub = Hub(group: MultiThreadedEventLoopGroup.singleton, interactions: log)
    }

    private init(copying wire: Wire, port: Int) {
        self.journal = wire.journal
        self.log = wire.log
        self.hub = wire.hub
        self.port = port
        self.feed = wire.feed
        self.store = wire.store
    }

    /// Money moves and the feed tells it.
    @discardableResult
    func transfer(
        _ amount: Int64, from: AccountID, to: AccountID, requestID: String = "req",
        description: String? = nil
    ) -> Transaction {
        let transaction = journal.transfer(
            amount, from: from, to: to, requestID: requestID, description: description)
        feed.push(.transaction(transaction))
        return transaction
    }
}

extension ServiceGroup {
    /// Runs the services while `body` works with them, then ends them in order.
    func run(while body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // Beside the body, which ends it.
            tasks.addTask { try await self.run() }
            let result: Result<Void, any Error>
            do {
                try await body()
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await self.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}
