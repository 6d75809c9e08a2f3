import Logging
import ServiceLifecycle

/// The last of the group, so the first to be told of the shutdown: makes the process not ready,
/// and leaves clients a moment to learn it (``DrainNotice``) before the server closes their
/// connections.
struct DrainService: Service {
    let health: Health
    let logger: Logger

    private static let noticeDuration: Duration = .milliseconds(300)

    func run() async throws {
        try? await gracefulShutdown()
        guard !Task.isCancelled else { return }
        health.drain()
        logger.info("draining: not ready, finishing what runs")
        try? await Task.sleep(for: Self.noticeDuration)
    }
}
