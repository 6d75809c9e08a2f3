import BankCore
import BankStorage
import Hummingbird
import Ledger
import Logging
import Mongo
import ServiceKit
import ServiceLifecycle

/// Everything of bank-core, wired together.
struct Bank {
    static let connectionsMax = 10_000
    /// The routes of the API; health and documents have none of it.
    private static let basePath = "/api/v1"

    let router: ServiceRouter
    /// In the order of their start.
    let services: [any Service]

    init(_ settings: BankSettings, process: ServiceProcess) throws {
        let clock = WallClock.system
        let identifiers = IdentifierGenerator(clock: clock)
        let logger = process.logger
        let database = try Self.database(settings.service, logger: logger)
        let preparation = DatabasePreparation(database, clock: clock, logger: logger)
        let identity = BankIdentity(settings, database: database, clock: clock, logger: logger)
        let engine = PostingEngine(
            store: MongoLedgerStore(database, clock: clock, identifiers: identifiers),
            wallClock: clock, logger: logger)

        router = ServiceRouter(
            ServiceMiddlewares(
                authenticator: identity.authenticator, settings: settings.service,
                log: process.log, health: process.health, clock: clock))
        router.add(middleware: PreparationGate { preparation.isDone })
        identity.controller(gate: engine).addRoutes(to: router.group(RouterPath(Self.basePath)))
        CustomersController(
            customers: Customers(
                gate: engine, directory: MongoCustomerDirectory(database),
                accounts: MongoAccounts(database), revocations: identity.revocations)
        ).addRoutes(to: router)
        let sender = Self.addMessages(
            to: router, settings, database: database, logger: logger
        ) { preparation.isDone }
        Self.addBankRoutes(
            to: router, settings, gate: engine, database: database, identifiers: identifiers)
        let expiry = HoldExpiry(
            reader: MongoHolds(database), gate: engine, clock: clock, logger: logger
        ) { preparation.isDone }
        let statements = BankStatements(
            settings, database: database, clock: clock, identifiers: identifiers, logger: logger)
        statements.controller(gate: engine).addRoutes(to: router)
        let events = MongoEvents(database)
        let health = process.health
        let watch = JournalWatch(events) { health.isDraining }
        EventsController(source: events, watch: watch).addRoutes(to: router)
        DocumentsController(
            files: DocumentFiles(), dashboard: settings.service.websocketURL.description
        ).addRoutes(to: router)

        process.health.register("database") { preparation.isDone }
        process.health.register("sessions") { identity.revocations.isCurrent }
        services = [
            database, preparation, identity.revocations, engine, watch, statements.worker, sender,
            expiry,
        ]
    }

    /// The queue of messages, seen by staff, and the one who sends them.
    private static func addMessages(
        to router: ServiceRouter, _ settings: BankSettings, database: MongoDatabase,
        logger: Logger, isReady: @escaping @Sendable () -> Bool
    ) -> MessageSender {
        let queue = MongoMessages(database)
        let box = SealedBox(secret: settings.service.jwtSecret)
        MessagesController(queue: queue, box: box, isSandbox: settings.isSandbox)
            .addRoutes(to: router)
        let gateway: (any MessageGateway)? =
            settings.otpGatewayURL.flatMap { HTTPMessageGateway(address: $0) }
            ?? (settings.isSandbox ? SandboxGateway() : nil)
        return MessageSender(
            queue: queue, gateway: gateway, box: box, logger: logger, isReady: isReady)
    }

    private static func addBankRoutes(
        to router: ServiceRouter, _ settings: BankSettings, gate: any LedgerGate,
        database: MongoDatabase, identifiers: IdentifierGenerator
    ) {
        let accountReader = MongoAccounts(database)
        let journal = MongoTransactions(database)
        let types = MongoCatalogue(database, identifiers: identifiers)
        let accounts = Accounts(
            gate: gate, reader: accountReader, policy: AccountPolicy(settings),
            identifiers: identifiers, types: KnownTypes(store: types))
        let transactions = Transactions(
            gate: gate, reader: journal, accountReader: accountReader, accounts: accounts,
            isSandbox: settings.isSandbox, cancellationMinutes: settings.cancellationMinutes)
        AccountsController(accounts: accounts, transactions: journal, histories: journal)
            .addRoutes(to: router)
        TransactionsController(transactions: transactions).addRoutes(to: router)
        TypesController(store: types).addRoutes(to: router)
        HoldsController(
            holds: Holds(
                gate: gate, reader: MongoHolds(database), accounts: accounts,
                accountReader: accountReader)
        ).addRoutes(to: router)
        LedgerController(proof: MongoProof(database)).addRoutes(to: router)
    }

    /// The application's name is this instance's own, for what a killed former process of the
    /// same name left open is ended at the start.
    private static func database(
        _ settings: ServiceSettings, logger: Logger
    ) throws -> MongoDatabase {
        do {
            return try MongoDatabase(
                MongoSettings(
                    uri: settings.mongoURL.value, database: settings.mongoDatabase,
                    applicationName: "bank-core \(settings.host):\(settings.bankPort)"),
                logger: logger)
        } catch {
            throw StartFailure(.configuration, "MONGO_URL can't be used (\(error))")
        }
    }
}

extension AccountPolicy {
    init(_ settings: BankSettings) {
        self.init(
            accountsPerCustomerMax: settings.accountsPerCustomerMax,
            defaultCurrency: settings.defaultCurrency, isSandbox: settings.isSandbox)
    }
}
