import Ledger
import ServiceLifecycle
import Synchronization

/// Notices that something was committed, for those who wait for it.
///
/// Run it as a service. One question five times a second, however many wait, and none when
/// nobody does.
package final class JournalWatch: Sendable, Service {
    /// So many may wait at once; who comes then is answered at once.
    private static let waitersMax = 200
    private static let pause: Duration = .milliseconds(200)
    /// After so many pauses all look again, whatever the mark says.
    private static let pausesMax = 25

    private struct State {
        var mark: BlockID?
        var generation = 0
        var waiters = 0
        var isEnding = false
    }

    private let source: any EventSource
    private let state = Mutex(State())

    package init(_ source: any EventSource) { self.source = source }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var pauses = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.pause)
                guard self.state.withLock({ $0.waiters > 0 }) else { continue }
                pauses += 1
                if await self.look(always: pauses >= Self.pausesMax) { pauses = 0 }
            }
        }
        state.withLock { $0.isEnding = true }
    }

    /// Whether there was news.
    private func look(always: Bool) async -> Bool {
        let mark = try? await source.mark()
        return state.withLock { state in
            guard always || (mark != nil && mark != state.mark) else { return false }
            state.mark = mark ?? state.mark
            state.generation &+= 1
            return true
        }
    }

    /// To be asked before looking: what is committed from then on ends the wait.
    func generation() -> Int { state.withLock { $0.generation } }

    /// Waits until there may be news after that generation.
    /// - Returns: false when the time is over, too many wait, or the service ends.
    func news(after generation: Int, until end: ContinuousClock.Instant) async -> Bool {
        let isAdmitted = state.withLock { state in
            guard state.waiters < Self.waitersMax else { return false }
            state.waiters += 1
            return true
        }
        guard isAdmitted else { return false }
        defer { state.withLock { $0.waiters -= 1 } }
        while ContinuousClock.now < end {
            let (isNew, isEnding) = state.withLock {
                ($0.generation != generation, $0.isEnding)
            }
            if isNew || isEnding { return isNew }
            let left = end - ContinuousClock.now
            do { try await Task.sleep(for: min(left, Self.pause / 2)) } catch { return false }
        }
        return false
    }
}
