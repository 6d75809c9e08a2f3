package import Ledger
package import Logging

/// What every connection of the service shares.
package struct ConnectionContext: Sendable {
    package let limits: RealtimeLimits
    package let clock: WallClock
    package let uptime: UptimeClock
    package let identifiers: IdentifierGenerator
    package let credentials: any CredentialChecker
    package let journal: any JournalReader
    package let interactions: InteractionLog
    package let work: WorkQueue
    package let positions: PositionReads
    package let census: ConnectionCensus
    package let logger: Logger
    let metrics = RealtimeMetrics()

    package init(
        limits: RealtimeLimits, clock: WallClock, uptime: UptimeClock,
        identifiers: IdentifierGenerator, credentials: any CredentialChecker,
        journal: any JournalReader, interactions: InteractionLog, work: WorkQueue, logger: Logger
    ) {
        self.limits = limits
        self.clock = clock
        self.uptime = uptime
        self.identifiers = identifiers
        self.credentials = credentials
        self.journal = journal
        self.interactions = interactions
        self.work = work
        self.positions = PositionReads(
            journal: journal, accountsMax: limits.subscriptionsMax)
        self.census = ConnectionCensus(limits: limits)
        self.logger = logger
    }

    var now: Moment { Moment(wall: clock.now, uptime: uptime.now) }
}

/// Says whom a credential speaks for.
package protocol CredentialChecker: Sendable {
    /// Asks nobody.
    func principal(forToken token: String) throws(AuthenticationFailure) -> Principal

    /// Uses the ticket up.
    func principal(forTicket ticket: String) async throws(AuthenticationFailure) -> Principal

    /// Why one that was found before may not act any more, if so; asks nobody.
    func recheck(_ principal: Principal) -> AuthenticationFailure?
}

/// Milliseconds since some moment, never set back.
package struct UptimeClock: Sendable {
    private let read: @Sendable () -> Int64
    package init(_ read: @escaping @Sendable () -> Int64) { self.read = read }
    package var now: Int64 { read() }

    /// The machine's.
    package static let system: UptimeClock = {
        let start = ContinuousClock.now
        return UptimeClock {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        }
    }()
}

/// The service's limits, from its settings.
package struct RealtimeLimits: Hashable, Sendable {
    package var session = SessionLimits()
    package var messageBytesMax = 16_384
    package var queueBytesMax = 1_048_576
    package var connectionsMax = 50_000
    package var connectionsPerCustomerMax = 10
    /// Before they have said who they are.
    package var connectionsPerAddressMax = 50
    package var subscriptionsMax = 1_000

    package init() {}
}
