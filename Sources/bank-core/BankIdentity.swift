import BankCore
import BankStorage
import Ledger
import Logging
import Mongo
import ServiceKit

/// Who the callers are: tokens, sessions, passwords, wired together.
struct BankIdentity {
    let authenticator: Authenticator
    let revocations: SessionRevocations
    private let settings: BankSettings
    private let database: MongoDatabase
    private let tokens: AccessTokens
    private let clock: WallClock

    init(
        _ settings: BankSettings, database: MongoDatabase, clock: WallClock, logger: Logger
    ) {
        self.settings = settings
        self.database = database
        self.clock = clock
        tokens = AccessTokens(
            secret: settings.service.jwtSecret,
            lifetimeSeconds: settings.service.accessTokenSeconds, clock: clock)
        revocations = SessionRevocations(
            source: MongoRevocations(database),
            tokenLifetimeSeconds: settings.service.accessTokenSeconds, logger: logger)
        authenticator = Authenticator(tokens: tokens, revocations: revocations)
    }

    func controller(gate: any LedgerGate) throws -> IdentityController {
        let identifiers = IdentifierGenerator(clock: clock)
        let directory = MongoCustomerDirectory(database)
        let passwords = try PasswordHasher()
        let sessions = Sessions(
            store: MongoSessions(database), directory: directory, access: tokens,
            refresh: RefreshTokens(secret: settings.service.jwtSecret),
            revocations: revocations, clock: clock, ids: identifiers,
            refreshTokenDays: settings.service.refreshTokenDays)
        let signUp = SignUp(
            ledger: gate, passwords: passwords, clock: clock, ids: identifiers,
            defaultCurrency: settings.defaultCurrency, openingBalance: settings.openingBalance)
        let isLimited = settings.service.rateLimits != nil
        let logIn = LogIn(
            directory: directory, passwords: passwords,
            limits: MongoLoginLimits(database, ids: identifiers),
            limit: isLimited ? LoginLimit(perEmail: settings.loginFailures) : nil,
            sessions: sessions)
        return IdentityController(
            signUp: signUp, logIn: logIn, sessions: sessions, directory: directory,
            settings: settings.service)
    }
}
