package import Ledger
package import ServiceKit

/// What the identity's use cases stand on.
package struct IdentityPorts: Sendable {
    package let ledger: any LedgerGate
    package let directory: any CustomerDirectory
    package let sessions: any SessionStore
    package let guessLimits: any GuessLimits
    package let factors: any TwoFactorStore
    package let challenges: any ChallengeStore

    package init(
        ledger: any LedgerGate, directory: any CustomerDirectory, sessions: any SessionStore,
        guessLimits: any GuessLimits, factors: any TwoFactorStore,
        challenges: any ChallengeStore
    ) {
        self.ledger = ledger
        self.directory = directory
        self.sessions = sessions
        self.guessLimits = guessLimits
        self.factors = factors
        self.challenges = challenges
    }
}

extension IdentityController {
    /// The controller with its use cases, as the settings want them.
    package init(
        _ ports: IdentityPorts, settings: BankSettings, access: AccessTokens,
        revocations: SessionRevocations, passwords: PasswordHasher, clock: WallClock
    ) {
        let service = settings.service
        let ids = IdentifierGenerator(clock: clock)
        let sessions = Sessions(
            store: ports.sessions, directory: ports.directory, access: access,
            refresh: RefreshTokens(secret: service.jwtSecret), revocations: revocations,
            clock: clock, ids: ids, refreshTokenDays: service.refreshTokenDays)
        let guesses = Guesses(
            limits: ports.guessLimits,
            limit: service.rateLimits == nil ? nil : settings.loginFailures)
        let factors = TwoFactors(
            store: ports.factors, challenges: ports.challenges, secret: service.jwtSecret,
            clock: clock, canSend: settings.isSandbox || settings.otpGatewayURL != nil)
        self.init(
            signUp: SignUp(
                ledger: ports.ledger, passwords: passwords, clock: clock, ids: ids,
                defaultCurrency: settings.defaultCurrency,
                openingBalance: settings.openingBalance),
            logIn: LogIn(
                directory: ports.directory, passwords: passwords, guesses: guesses,
                factors: factors, sessions: sessions,
                devices: DeviceTokens(secret: service.jwtSecret)),
            credentials: Credentials(
                ledger: ports.ledger, directory: ports.directory, passwords: passwords,
                guesses: guesses, factors: factors, revocations: revocations),
            sessions: sessions, directory: ports.directory, settings: service)
    }
}
