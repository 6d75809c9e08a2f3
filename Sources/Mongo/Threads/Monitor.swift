import Glibc

/// A lock with a condition to wait for: state shared by threads that block.
///
/// The compiler can't see that `state` is touched under the lock only; it is private, and
/// reached through `withLock` and `wait` alone.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// What a look at the state told.
    enum Look<Result> {
        case done(Result)
        /// Look again when somebody has signalled, or at this time at the latest.
        case wait(until: MonotonicTime?)
    }

    func withLock<R>(_ body: (inout State) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Blocks the thread until `look` is done.
    func wait<R>(_ look: (inout State) -> Look<R>) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&state) {
            case .done(let result): return result
            case .wait(nil): pthread_cond_wait(condition, mutex)
            case .wait(let time?):
                var limit = time.systemTime
                pthread_cond_timedwait(condition, mutex, &limit)
            }
        }
    }

    /// Lets one waiting thread look again.
    func signal() {
        pthread_cond_signal(condition)
    }

    /// Lets all waiting threads look again.
    func signalAll() {
        pthread_cond_broadcast(condition)
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
