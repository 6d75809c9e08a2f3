import Synchronization

/// Counts what each key did lately: the generic cell rate algorithm (ITU-T I.371, annex A).
///
/// A key may do `limit.count` at once, and gets them back evenly over the window. One number
/// is kept a key: the moment by which all of its allowance is back. The number of keys is
/// bounded; when it is reached, those that have their whole allowance are forgotten, and if
/// that is not enough, all are: an attacker with that many addresses wins a fresh start, not
/// the machine's memory.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// What a request is told about its allowance.
    package struct Verdict: Hashable, Sendable {
        package let isAllowed: Bool
        /// How many more would be let in now.
        package let remaining: Int
        /// Until the whole allowance is back (allowed), or the next is let in (refused).
        package let waitSeconds: Int
    }

    package let limit: RateLimit
    private let interval: Duration
    private let window: Duration
    private let keysMax: Int
    private let restoredAt = Mutex<[Key: ContinuousClock.Instant]>([:])

    package init(_ limit: RateLimit, keysMax: Int = 100_000) {
        self.limit = limit
        self.window = .seconds(limit.windowSeconds)
        self.interval = window / limit.count
        self.keysMax = keysMax
    }

    /// Takes one from the key's allowance if there is one left.
    package func take(_ key: Key, now: ContinuousClock.Instant) -> Verdict {
        restoredAt.withLock { restoredAt in
            let restored = max(restoredAt[key] ?? now, now)
            let next = restored + interval
            guard next - now <= window else {
                return Verdict(
                    isAllowed: false, remaining: 0,
                    waitSeconds: Self.roundedUp(next - now - window))
            }
            if restoredAt[key] == nil, restoredAt.count >= keysMax {
                forget(&restoredAt, now: now)
            }
            restoredAt[key] = next
            return Verdict(
                isAllowed: true, remaining: Int((window - (next - now)) / interval),
                waitSeconds: Self.roundedUp(next - now))
        }
    }

    package var keysCount: Int { restoredAt.withLock { $0.count } }

    private func forget(
        _ restoredAt: inout [Key: ContinuousClock.Instant], now: ContinuousClock.Instant
    ) {
        restoredAt = restoredAt.filter { $0.value > now }
        if restoredAt.count >= keysMax { restoredAt = [:] }
    }

    private static func roundedUp(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
