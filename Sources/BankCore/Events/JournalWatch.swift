package import Ledger
import ServiceLifecycle
import Synchronization

/// Notices that something was committed, for those who wait for it.
///
/// Run it as a service. One question five times a second, however many wait, and none when
/// nobody does.
package final class JournalWatch: Sendable, Service {
    /// So many may wait at once, in all and of one customer; who comes then is answered at once.
    private static let waitersMax = 200
    private static let waitersOfOneMax = 5
    private static let pause: Duration = .milliseconds(200)
    /// After so many pauses all look again, whatever the mark says.
    private static let pausesMax = 25

    private struct State {
        var mark: BlockID?
        var generation = 0
        var waiters = 0
        var waitersOf: [CustomerID: Int] = [:]
    }

    private let source: any EventSource
    private let isDraining: @Sendable () -> Bool
    private let state = Mutex(State())

    /// - Parameter isDraining: whether the service is about to end: then nobody waits any more.
    package init(_ source: any EventSource, isDraining: @escaping @Sendable () -> Bool) {
        self.source = source
        self.isDraining = isDraining
    }

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
    package func generation() -> Int { state.withLock { $0.generation } }

    /// How many wait.
    package var waitingCount: Int { state.withLock { $0.waiters } }

    /// Waits until there may be news after that generation.
    /// - Returns: false when the time is over, too many wait, or the service ends.
    package func news(
        after generation: Int, for customer: CustomerID, until end: ContinuousClock.Instant
    ) async -> Bool {
        guard ContinuousClock.now < end, enter(customer) else { return false }
        defer { leave(customer) }
        while ContinuousClock.now < end, !isDraining() {
            if self.generation() != generation { return true }
            let left = end - ContinuousClock.now
            do { try await Task.sleep(for: min(left, Self.pause / 2)) } catch { return false }
        }
        return false
    }

    private func enter(_ customer: CustomerID) -> Bool {
        state.withLock { state in
            let own = state.waitersOf[customer] ?? 0
            guard state.waiters < Self.waitersMax, own < Self.waitersOfOneMax else { return false }
            state.waiters += 1
            state.waitersOf[customer] = own + 1
            return true
        }
    }

    private func leave(_ customer: CustomerID) {
        state.withLock { state in
            state.waiters -= 1
            let own = state.waitersOf[customer] ?? 1
            state.waitersOf[customer] = own > 1 ? own - 1 : nil
        }
    }
}
