import BankStorage
import Hummingbird
import Ledger
import Logging
import Mongo
import NIOCore
import NIOPosix
import Realtime
import ServiceKit
import ServiceLifecycle

/// Everything of bank-websocket, wired together.
struct PushService {
    static let connectionsMax = 50_000

    let router: ServiceRouter
    let server: SocketServer
    /// In the order of their start.
    let services: [any Service]

    init(_ settings: WebsocketSettings, process: ServiceProcess) throws {
        let clock = WallClock.system
        let logger = process.logger
        let database = try Self.database(settings.service, logger: logger)
        let preparation = DatabasePreparation(database, clock: clock, logger: logger)
        let revocations = SessionRevocations(
            source: MongoRevocations(database),
            tokenLifetimeSeconds: settings.service.accessTokenSeconds, logger: logger)
        let authenticator = Authenticator(
            tokens: AccessTokens(
                secret: settings.service.jwtSecret,
                lifetimeSeconds: settings.service.accessTokenSeconds, clock: clock),
            revocations: revocations)

        let journal = MongoJournalReader(database)
        let store = MongoInteractions(
            database, keptDays: settings.interactionDays, logger: logger)
        let identifiers = IdentifierGenerator(clock: clock)
        let interactions = InteractionLog(
            store: store, identifiers: identifiers, logger: logger)
        let work = WorkQueue()
        let tickets = Tickets(store: MongoTickets(database))
        let hub = Hub(
            group: MultiThreadedEventLoopGroup.singleton, interactions: interactions)
        let context = ConnectionContext(
            limits: RealtimeLimits(settings), clock: clock, uptime: .system,
            identifiers: identifiers,
            credentials: TokenChecker(authenticator: authenticator, tickets: tickets),
            journal: journal, interactions: interactions, work: work, logger: logger)
        server = SocketServer(
            door: SocketDoor(allowedOrigins: settings.service.allowedOrigins), hub: hub,
            context: context, proxies: TrustedProxies(settings.service.trustedProxies))
        let feed = FeedSupervisor(
            feed: MongoJournalFeed(database, logger: logger),
            tokens: MongoFeedTokens(database, instance: Self.instance(settings.service)),
            journal: journal, hub: hub, clock: clock, uptime: .system, logger: logger)

        router = ServiceRouter(
            ServiceMiddlewares(
                authenticator: authenticator, settings: settings.service, log: process.log,
                health: process.health, clock: clock))
        router.add(middleware: PreparationGate { preparation.isDone })
        SocketRoutes(door: server.door).add(to: router)
        TicketRoutes(tickets: tickets).add(to: router)
        InteractionRoutes(store: store).add(to: router)
        ShownRoutes(store: store, clock: clock).add(to: router)
        TraceRoutes(traces: Traces(journal: journal, store: store)).add(to: router)
        ConnectionRoutes(hub: hub).add(to: router)
        StreamRoutes(hub: hub, context: context).add(to: router)
        PageRoutes(
            files: PublicFiles(directory: settings.publicDirectory),
            bankURL: settings.service.bankURL, websocketURL: settings.service.websocketURL
        ).add(to: router)

        process.health.register("database") { preparation.isDone }
        process.health.register("sessions") { revocations.isCurrent }
        process.health.register("feed") { feed.isFollowing }
        services = [
            database, preparation, revocations, interactions, work, context.positions, feed,
            RevocationWatch(revocations: revocations, hub: hub),
            ConnectionSweeper(hub: hub, context: context),
            SocketDrain(server: server, logger: logger),
        ]
    }

    private static func instance(_ settings: ServiceSettings) -> String {
        "bank-websocket \(settings.host):\(settings.websocketPort)"
    }

    private static func database(
        _ settings: ServiceSettings, logger: Logger
    ) throws -> MongoDatabase {
        do {
            return try MongoDatabase(
                MongoSettings(
                    uri: settings.mongoURL.value, database: settings.mongoDatabase,
                    applicationName: instance(settings)),
                logger: logger)
        } catch {
            throw StartFailure(.configuration, "MONGO_URL can't be used (\(error))")
        }
    }
}

extension RealtimeLimits {
    init(_ settings: WebsocketSettings) {
        self.init()
        session.messagesPerMinute = settings.messagesPerMinute
        session.messageBurst = max(settings.messagesPerMinute / 2, 1)
        queueBytesMax = settings.queueBytes
        connectionsPerCustomerMax = settings.connectionsPerCustomer
        connectionsPerAddressMax = settings.connectionsPerIP
        connectionsMax = PushService.connectionsMax
    }
}
