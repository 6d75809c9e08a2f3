import Glibc

/// A lock with conditions to wait for: state shared by threads that block.
///
/// The compiler can't see that `state` is touched under the lock only; it is private, and
/// reached through `withLock` and `wait` alone.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let conditions: UnsafeMutablePointer<pthread_cond_t>
    private let count: Int
    private var state: State

    /// - Parameter conditions: how many there are to wait for, numbered from 0.
    init(_ state: sending State, conditions count: Int) {
        self.state = state
        self.count = count
        conditions = .allocate(capacity: count)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<count {
            pthread_cond_init(condition(index), &attributes)
        }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<count {
            pthread_cond_destroy(condition(index))
        }
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    /// What a look at the state told.
    enum Look<Result> {
        case done(Result)
        /// Look again when the condition is signalled, or at this time at the latest.
        case wait(until: MonotonicTime?)
    }

    func withLock<R>(_ body: (inout State) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Blocks the thread until `look` is done.
    func wait<R>(for number: Int, _ look: (inout State) -> Look<R>) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&state) {
            case .done(let result): return result
            case .wait(nil): pthread_cond_wait(condition(number), mutex)
            case .wait(let time?):
                var limit = time.systemTime
                pthread_cond_timedwait(condition(number), mutex, &limit)
            }
        }
    }

    /// Lets a thread that waits for the condition look again.
    func signal(_ number: Int) {
        pthread_cond_signal(condition(number))
    }

    /// Lets all threads look again.
    func signalAll() {
        for number in 0..<count {
            pthread_cond_broadcast(condition(number))
        }
    }

    private func condition(_ number: Int) -> UnsafeMutablePointer<pthread_cond_t> {
        precondition((0..<count).contains(number))
        return conditions + number
    }
}

/// A moment on the system's monotonic clock, in nanoseconds since some start.
struct MonotonicTime: Comparable, Sendable {
    let nanoseconds: Int64

    static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// - Parameter duration: anything beyond a day counts as a day.
    func advanced(by duration: Duration) -> MonotonicTime {
        let limited = max(.zero, min(duration, .seconds(86_400)))
        let (seconds, attoseconds) = limited.components
        return MonotonicTime(
            nanoseconds: nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    func duration(since earlier: MonotonicTime) -> Duration {
        .nanoseconds(nanoseconds - earlier.nanoseconds)
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    var systemTime: timespec {
        timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
