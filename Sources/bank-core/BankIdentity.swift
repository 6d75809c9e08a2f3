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

    func controller(gate: any LedgerGate) -> IdentityController {
        let ports = IdentityPorts(
            ledger: gate, directory: MongoCustomerDirectory(database),
            sessions: MongoSessions(database),
            guessLimits: MongoGuessLimits(
                database, ids: IdentifierGenerator(clock: clock)),
            factors: MongoTwoFactors(database), challenges: MongoChallenges(database))
        return IdentityController(
            ports, settings: settings, access: tokens, revocations: revocations,
            passwords: PasswordHasher(), clock: clock)
    }
}
