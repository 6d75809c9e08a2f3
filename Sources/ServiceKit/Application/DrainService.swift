import Logging
import ServiceLifecycle

/// The last of the group, so the first to be told of the shutdown: makes the process not ready,
/// takes no more connections, and leaves clients a moment to learn it from their next answer
/// (`Connection: close`) before the server closes the connections that are silent.
struct DrainService: Service {
    let health: Health
    let listener: Listener
    let logger: Logger

    private static let noticeDuration: Duration = .milliseconds(500)

    func run() async throws {
        try? await gracefulShutdown()
        guard !Task.isCancelled else { return }
        health.drain()
        logger.info("draining: not ready, finishing what runs")
        await listener.close()
        try? await Task.sleep(for: Self.noticeDuration)
    }
}
