import Hummingbird
package import HummingbirdCore
package import Logging
import Metrics
import NIOCore
package import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What both executables wire in the same way: logs, metrics, health, the HTTP server, and an
/// orderly end.
///
/// Make one before anything that logs or measures; it sets up both for the whole process.
package struct ServiceProcess: Sendable {
    package let name: String
    package let settings: ServiceSettings
    package let log: LogOutput
    package let logger: Logger
    package let metrics: PrometheusMetrics
    package let health: Health

    /// How long requests that run may take to finish after SIGTERM.
    package static let drainDuration: Duration = .seconds(25)
    /// How long a connection may be silent between requests, or in the middle of one.
    private static let idleSeconds: Int64 = 75
    private static let headerBytesMax = 32 * 1_024
    private static let headersMax = 100

    package init(name: String, settings: ServiceSettings) {
        let log = LogOutput.standardError(settings.logFormat)
        let level = settings.logLevel
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: level, output: log)
        }
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        self.name = name
        self.settings = settings
        self.log = log
        self.logger = Logger(label: name)
        self.metrics = metrics
        self.health = Health()
    }

    /// HTTP/1.1 with limits on headers and silence. bank-websocket passes its own builder.
    package static var httpServer: HTTPServerBuilder {
        .http1(configuration: httpConfiguration)
    }

    /// The same limits for a builder that adds another protocol.
    package static var httpConfiguration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerBytesMax, maxHeaderListSize: headerBytesMax,
                maxHeaderFieldCount: headersMax))
    }

    /// Serves until SIGTERM or SIGINT, then drains: not ready → no new connections → requests
    /// that run finish → `services` end in reverse order → logs are flushed.
    ///
    /// A ``StartFailure`` of a service ends the process at once.
    ///
    /// - Parameters:
    ///   - services: what the requests need, in the order of their start.
    /// - Throws: what else a service threw.
    package func run(
        router: ServiceRouter, port: Int, connectionsMax: Int,
        server: HTTPServerBuilder = ServiceProcess.httpServer, services: [any Service]
    ) async throws {
        let operation = OperationRoutes(health: health, metrics: metrics)
        operation.addHealth(to: router)
        if settings.metricsPort == nil { operation.addMetrics(to: router) }
        logRoutes(of: router)
        let listener = Listener()
        let application = Application(
            router: router, server: server,
            configuration: configuration(port: port, connectionsMax: connectionsMax),
            onServerRunning: { listener.opened($0) }, logger: logger)
        var all = services
        if let port = settings.metricsPort { all.append(metricsServer(operation, port: port)) }
        all.append(
            NamedServer(application: application, host: settings.host, port: port, health: health))
        all.append(DrainService(health: health, listener: listener, logger: logger))
        do {
            try await run(all)
            logger.info("stopped")
            await log.flush()
        } catch {
            await log.flush()
            throw error
        }
    }

    private func logRoutes(of router: ServiceRouter) {
        for route in router.routes {
            logger.debug(
                "route",
                metadata: [
                    "http.method": "\(route.method.rawValue)", "http.route": "\(route.path)",
                ])
        }
    }

    private func run(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { service in
                .init(
                    service: StartWatch(service: service, name: name, log: log),
                    successTerminationBehavior: .ignore)
            }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.drainDuration
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // Beside the services' orderly end, which it cuts short.
            tasks.addTask { await SecondSignal.watch() }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private func configuration(port: Int, connectionsMax: Int) -> ApplicationConfiguration {
        ApplicationConfiguration(
            address: .hostname(settings.host, port: port), backlog: 1_024,
            availableConnectionsDelegate: .maximum(connectionsMax, logger: logger))
    }

    private func metricsServer(_ operation: OperationRoutes, port: Int) -> any Service {
        let router = Router(context: BasicRequestContext.self)
        operation.addMetrics(to: router)
        let application = Application(
            router: router, server: Self.httpServer,
            configuration: configuration(port: port, connectionsMax: 100), logger: logger)
        return NamedServer(
            application: application, host: settings.host, port: port, health: health)
    }
}

/// Ends the process at once when a service cannot start: there is nothing to drain, and the
/// other services may wait for what will never come.
private struct StartWatch: Service {
    let service: any Service
    let name: String
    let log: LogOutput

    func run() async throws {
        do {
            try await service.run()
        } catch let failure as StartFailure {
            await log.flush()
            ServiceMain.end(failure, name)
        }
    }
}

/// A server whose failure to bind says which port it was, and that may end early in a drain.
private struct NamedServer<App: ApplicationProtocol>: Service {
    let application: App
    let host: String
    let port: Int
    let health: Health

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw StartFailure.portTaken(host, port)
        } catch let error as ServiceGroupError {
            // Its listener was closed by the drain, and its last connection is gone.
            guard health.isDraining else { throw error }
        }
        try? await gracefulShutdown()
    }
}
