package import Ledger
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Keeps the feed running and hands what it gives to the hub: reopens it after faults, keeps the
/// place of what has been fanned out, and after lost history makes every subscriber whole again.
package final class FeedSupervisor: Service {
    private let feed: any JournalFeed
    private let tokens: any FeedTokenStore
    private let journal: any JournalReader
    private let hub: Hub
    private let clock: WallClock
    private let uptime: UptimeClock
    private let logger: Logger
    private let state = Mutex(State())
    private let metrics = FeedMetrics()

    private struct State {
        var token: FeedToken?
        var isSaved = true
        var heardAt: Int64?
        var failures = 0
        /// Every subscriber has, or is getting, what the feed may have missed before it began.
        var isWhole = false
    }

    /// A place older than this is not gone back to: clients have their own positions, and a
    /// long backlog would only delay what is new. Milliseconds.
    private static let resumableAgeMax: Int64 = 60_000
    private static let savePause: Duration = .seconds(1)
    /// Silent for longer, the feed is taken for broken (it answers at least twice a second).
    package static let silenceMax: Int64 = 5_000
    private static let backoffMax: Duration = .seconds(5)
    private static let positionsAtOnce = 500
    /// Events handed out in one turn of the loops; then sockets get their turn.
    private static let eventsAtOnce = 128

    package init(
        feed: any JournalFeed, tokens: any FeedTokenStore, journal: any JournalReader, hub: Hub,
        clock: WallClock, uptime: UptimeClock, logger: Logger
    ) {
        self.feed = feed
        self.tokens = tokens
        self.journal = journal
        self.hub = hub
        self.clock = clock
        self.uptime = uptime
        self.logger = logger
    }

    /// Whether the feed is being followed: part of being ready.
    package var isFollowing: Bool {
        let now = uptime.now
        return state.withLock { $0.heardAt.map { now - $0 <= Self.silenceMax } ?? false }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            if let stored = try? await self.tokens.load(), stored.age <= Self.resumableAgeMax {
                self.state.withLock { $0.token = stored.token }
            }
            await withDiscardingTaskGroup { group in
                // Beside the feed, so that what is new does not wait for it.
                group.addTask { await self.keepPlace() }
                while !Task.isCancelled { await self.follow() }
            }
        }
        await save()
    }

    private func follow() async {
        do throws(FeedError) {
            let place = try await place()
            try await feed.follow(from: place) { await self.receive($0) }
        } catch {
            guard !Task.isCancelled else { return }
            metrics.ended(error)
            logger.warning("The feed was interrupted", metadata: ["feed.reason": "\(error)"])
            if error == .historyLost { state.withLock { $0.token = nil } }
        }
        await backOff()
    }

    /// Where to go on. Without a place, now: pinned before the feed opens and the positions are
    /// read, and kept until the feed gives a newer one, so that nothing falls in between.
    private func place() async throws(FeedError) -> FeedToken {
        let known = state.withLock { state in
            state.isWhole = false
            return state.token
        }
        if let known { return known }
        let present = try await feed.present()
        state.withLock { $0.token = present }
        return present
    }

    /// What was committed before the feed began, and after what it gave last, is told by the
    /// accounts' positions: whoever is behind them reads the journal, a bounded number at once
    /// (``WorkQueue``).
    private func restore() async {
        let accounts = Set(await hub.map(\.accounts).joined())
        for batch in Array(accounts).chunks(of: Self.positionsAtOnce) {
            guard let positions = try? await journal.positions(batch) else { return }
            await hub.publish(
                positions.map { .reached($0.accountID, $0.seq) }, seen: .now())
        }
        state.withLock { $0.isWhole = true }
    }

    /// 50 ms × 2^n, at most 5 s, with full jitter.
    private func backOff() async {
        let failures = state.withLock { state in
            state.failures = min(state.failures + 1, 10)
            return state.failures
        }
        let longest = min(Duration.milliseconds(50 * (1 << failures)), Self.backoffMax)
        try? await Task.sleep(for: longest * Double.random(in: 0...1))
    }

    private func receive(_ batch: FeedBatch) async {
        let (now, seen) = (clock.now, NIODeadline.now())
        for events in batch.events.chunks(of: Self.eventsAtOnce) {
            await hub.publish(events.map { event($0, at: now) }, seen: seen)
        }
        metrics.took(batch)
        let isWhole = state.withLock { state in
            state.heardAt = uptime.now
            state.failures = 0
            if let token = batch.token {
                state.token = token
                state.isSaved = false
            }
            return state.isWhole
        }
        if !isWhole { await restore() }
    }

    private func event(_ event: FeedEvent, at now: Timestamp) -> HubEvent {
        switch event {
        case .transaction(let transaction):
            metrics.saw(transaction, at: now)
            return .entry(JournalEvent(transaction, seenAt: now))
        case .notice(let notice):
            return .notice(NoticeEvent(notice))
        }
    }

    /// Waits until the majority has it. At most once a second; a place that is a second old only repeats a second's events.
    private func keepPlace() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.savePause)
            await save()
        }
    }

    private func save() async {
        let token: FeedToken? = state.withLock { state in
            guard !state.isSaved else { return nil }
            state.isSaved = true
            return state.token
        }
        guard let token else { return }
        do throws(RealtimeStoreError) {
            try await tokens.save(token)
        } catch {
            state.withLock { $0.isSaved = false }
        }
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
