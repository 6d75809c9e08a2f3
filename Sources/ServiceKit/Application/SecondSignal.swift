import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Ends the process at once when a second SIGTERM or SIGINT arrives while it drains.
///
/// The service group takes the first one; this counts them beside it.
enum SecondSignal {
    /// 128 + SIGINT, as shells report it.
    private static let exitStatus: Int32 = 130

    /// Returns when it is cancelled.
    static func watch() async {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            count += 1
            if count > 1 { _exit(exitStatus) }
        }
    }
}
