import Logging
import ServiceLifecycle

/// The last of the group, so the first to be told of the shutdown: makes the process not ready
/// before the server stops taking connections.
struct DrainService: Service {
    let health: Health
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        guard !Task.isCancelled else { return }
        health.drain()
        logger.info("draining: not ready, finishing what runs")
    }
}
