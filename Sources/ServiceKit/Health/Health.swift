import Synchronization

/// Whether this process is worth sending requests to.
///
/// Live: always, as long as it answers; it never depends on MongoDB. Ready: every registered
/// check passes, and the process is not about to end.
package final class Health: Sendable {
    package typealias Check = @Sendable () async -> Bool

    /// What `/health/ready` shows.
    package struct Report: Hashable, Sendable {
        package let isReady: Bool
        package let isDraining: Bool
        /// By name, in the order of their registration.
        package let checks: [CheckResult]

        package init(isReady: Bool, isDraining: Bool, checks: [CheckResult]) {
            self.isReady = isReady
            self.isDraining = isDraining
            self.checks = checks
        }
    }

    package struct CheckResult: Hashable, Sendable {
        package let name: String
        package let isPassed: Bool
    }

    private struct State {
        var checks: [(name: String, check: Check)] = []
        var isDraining = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a check. It should answer at once from what is known, not go and look.
    package func register(_ name: String, _ check: @escaping Check) {
        state.withLock { $0.checks.append((name, check)) }
    }

    /// From now on not ready: the process is about to end.
    package func drain() { state.withLock { $0.isDraining = true } }

    package var isDraining: Bool { state.withLock { $0.isDraining } }

    package func report() async -> Report {
        let (checks, isDraining) = state.withLock { ($0.checks, $0.isDraining) }
        var results: [CheckResult] = []
        for (name, check) in checks {
            results.append(CheckResult(name: name, isPassed: await check()))
        }
        return Report(
            isReady: !isDraining && results.allSatisfy(\.isPassed), isDraining: isDraining,
            checks: results)
    }
}
