import Metrics
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Hashes and checks passwords on threads of its own, a bounded number at a time.
///
/// Hashing is made to be expensive, so it is what a flood of log-ins would choke on: the
/// threads give way to all others, and past `waitingMax` nobody is queued any more (503).
package final class PasswordHasher: Sendable {
    /// How many may be hashed or wait for it.
    package let waitingMax: Int
    private let cost: ScryptCost
    private let pool: NIOThreadPool
    private let waiting = Atomic<Int>(0)
    /// Nobody's: no password has it.
    private let dummy: PasswordHash
    private let duration = Timer(label: "password_hash_duration_seconds")

    /// Lowest but one: hashing takes what others leave. Source: setpriority(2).
    private static let niceness: Int32 = 10

    package init(cost: ScryptCost = .recommended, threads: Int = 2, waitingMax: Int = 32) {
        self.cost = cost
        self.waitingMax = waitingMax
        self.pool = NIOThreadPool(numberOfThreads: threads)
        self.dummy = PasswordHash(
            cost: cost, salt: Self.random(PasswordHash.saltBytes),
            hash: Self.random(PasswordHash.hashBytes))
        pool.start()
    }

    /// The PHC string of a new password.
    package func hash(_ password: Secret) async throws -> String {
        let cost = cost
        return try await work {
            try PasswordHash.make(
                Array(password.value.utf8), cost: cost,
                salt: Self.random(PasswordHash.saltBytes)
            ).phc
        }
    }

    /// Whether `password` is the one of `phc`. Without a `phc` (nobody has that e-mail) the
    /// answer is no, after the same work.
    package func matches(_ password: Secret, phc: String?) async throws -> Bool {
        let known = phc.flatMap { PasswordHash(phc: $0) }
        let hash = known ?? dummy
        let isRight = try await work { try hash.matches(Array(password.value.utf8)) }
        return isRight && known != nil
    }

    private func work<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard waiting.add(1, ordering: .relaxed).newValue <= waitingMax else {
            waiting.subtract(1, ordering: .relaxed)
            throw Problem(.overloaded, retryAfterSeconds: 2)
        }
        defer { waiting.subtract(1, ordering: .relaxed) }
        let startedAt = ContinuousClock.now
        let value = try await pool.runIfActive {
            Self.giveWay()
            return try body()
        }
        let (seconds, attoseconds) = (ContinuousClock.now - startedAt).components
        duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        return value
    }

    /// Makes the thread it is called on one that waits for others. On Linux, priorities are
    /// those of threads.
    private static func giveWay() {
        #if canImport(Glibc)
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        #endif
    }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
