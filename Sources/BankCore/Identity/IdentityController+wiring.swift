package import Ledger
package import ServiceKit

/// What the identity's use cases stand on.
package struct IdentityPorts: Sendable {
    package let ledger: any LedgerGate
    package let directory: any CustomerDirectory
    package let sessions: any SessionStore
    package let loginLimits: any LoginLimits

    package init(
        ledger: any LedgerGate, directory: any CustomerDirectory, sessions: any SessionStore,
        loginLimits: any LoginLimits
    ) {
        self.ledger = ledger
        self.directory = directory
        self.sessions = sessions
        self.loginLimits = loginLimits
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
        self.init(
            signUp: SignUp(
                ledger: ports.ledger, passwords: passwords, clock: clock, ids: ids,
                defaultCurrency: settings.defaultCurrency,
                openingBalance: settings.openingBalance),
            logIn: LogIn(
                directory: ports.directory, passwords: passwords, limits: ports.loginLimits,
                limit: service.rateLimits == nil
                    ? nil : LoginLimit(perEmail: settings.loginFailures), sessions: sessions),
            sessions: sessions, directory: ports.directory, settings: service)
    }
}
