package import Ledger
package import Logging
import ServiceLifecycle
import Synchronization

/// Knows which sessions ended before their time, so that their access tokens are refused.
///
/// Tokens are checked without asking the database; instead each process polls, every second,
/// what was revoked since (``RevocationSource``) and keeps it for as long as an access token
/// can live. If the list is older than 5 seconds, nobody is let in (503): then it is not known
/// who logged out. Add it to the service group.
package final class SessionRevocations: Service {
    package static let pollInterval: Duration = .seconds(1)
    /// How old the list may be.
    package static let ageMax: Duration = .seconds(5)
    /// What is read again with each poll: a commit may become visible after later ones.
    static let overlapSeconds = 15
    static let entriesMax = 1_000_000

    private struct Entry {
        let reason: RevocationReason
        let forgetAt: ContinuousClock.Instant
    }

    private struct State {
        var revoked: [SessionID: Entry] = [:]
        var readAt: ContinuousClock.Instant?
        var listeners: [AsyncStream<[RevokedSession]>.Continuation] = []
    }

    private let source: any RevocationSource
    private let retention: Duration
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// `tokenLifetimeSeconds`: how long an access token lives.
    package init(
        source: any RevocationSource, tokenLifetimeSeconds: Int64, logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.source = source
        self.retention = .seconds(tokenLifetimeSeconds + AccessTokens.clockSkewSeconds)
        self.logger = logger
        self.now = now
    }

    /// Why the session may not act, if it may not; nil if it may.
    /// Throws when the list is too old to tell.
    package func reason(
        for session: SessionID
    ) throws(RevocationsOutdated) -> RevocationReason? {
        let now = now()
        let found = state.withLock { state -> (isCurrent: Bool, reason: RevocationReason?) in
            let isCurrent = state.readAt.map { $0.advanced(by: Self.ageMax) >= now } ?? false
            return (isCurrent, state.revoked[session]?.reason)
        }
        if let reason = found.reason { return reason }
        guard found.isCurrent else { throw RevocationsOutdated() }
        return nil
    }

    /// Whether the list can be relied on: part of being ready.
    package var isCurrent: Bool {
        let now = now()
        return state.withLock { $0.readAt.map { $0.advanced(by: Self.ageMax) >= now } ?? false }
    }

    /// Sessions as they become known to be revoked, those of one poll together. Each caller gets
    /// all of them from now on; a listener that lags is kept for, up to the number of sessions
    /// that are remembered.
    package func newlyRevoked() -> AsyncStream<[RevokedSession]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [RevokedSession].self, bufferingPolicy: .bufferingOldest(Self.entriesMax))
        state.withLock { $0.listeners.append(continuation) }
        return stream
    }

    /// Takes sessions that this process itself revoked, at once.
    package func insert(_ sessions: [RevokedSession]) {
        let now = now()
        state.withLock { insert(sessions, into: &$0, now: now) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.poll()
                try? await Task.sleep(for: Self.pollInterval)
            }
        }
        state.withLock { state in
            for listener in state.listeners { listener.finish() }
            state.listeners = []
        }
    }

    /// Reads what was revoked since the last time.
    package func poll() async {
        let startedAt = now()
        let last = state.withLock { $0.readAt }
        let gap = last.map { startedAt - $0 } ?? retention
        let seconds = min(gap, retention).components.seconds + Int64(Self.overlapSeconds)
        do {
            let sessions = try await source.revokedSessions(inLastSeconds: Int(seconds))
            state.withLock { state in
                forget(&state, now: startedAt)
                insert(sessions, into: &state, now: startedAt)
                if state.revoked.count <= Self.entriesMax { state.readAt = startedAt }
            }
        } catch {
            logger.warning("the list of revoked sessions could not be read")
        }
    }

    private func insert(
        _ sessions: [RevokedSession], into state: inout State, now: ContinuousClock.Instant
    ) {
        let forgetAt = now + retention
        let new = sessions.filter { session in
            guard state.revoked[session.sessionID] == nil else { return false }
            state.revoked[session.sessionID] = Entry(reason: session.reason, forgetAt: forgetAt)
            return true
        }
        guard !new.isEmpty else { return }
        for listener in state.listeners { listener.yield(new) }
    }

    private func forget(_ state: inout State, now: ContinuousClock.Instant) {
        guard !state.revoked.isEmpty else { return }
        state.revoked = state.revoked.filter { $0.value.forgetAt > now }
    }
}

/// It is not known at present which sessions have been revoked.
package struct RevocationsOutdated: Error {}
