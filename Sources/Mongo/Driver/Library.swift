import CMongoC
import Logging

/// The driver's own start and log.
///
/// It is never shut down: clients may outlive the end of `main`, and the driver's clean-up, which
/// only helps leak checkers, would pull the ground from under them.
enum Library {
    /// Starts the driver at the first use; later calls do nothing.
    static func start() { _ = started }

    private static let logger = Logger(label: "mongo.driver")

    private static let started: Void = {
        mongoc_log_set_handler(
            { level, domain, message, _ in
                Library.log(level, domain, message)
            }, nil)
        mongoc_init()
    }()

    private static func log(
        _ level: mongoc_log_level_t, _ domain: UnsafePointer<CChar>?,
        _ message: UnsafePointer<CChar>?
    ) {
        logger.log(
            level: Self.level(level), "driver message",
            metadata: [
                "mongo.domain": "\(domain.map { String(cString: $0) } ?? "")",
                "mongo.message": "\(message.map { String(cString: $0) } ?? "")",
            ])
    }

    private static func level(_ level: mongoc_log_level_t) -> Logger.Level {
        switch level {
        case MONGOC_LOG_LEVEL_ERROR, MONGOC_LOG_LEVEL_CRITICAL: .warning
        case MONGOC_LOG_LEVEL_WARNING: .debug
        default: .trace
        }
    }
}
