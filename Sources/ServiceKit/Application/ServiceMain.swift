#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The frame of an executable's main: settings faults, start failures and signals become exit
/// codes and one clear message.
///
/// ```swift
/// await ServiceMain.run("bank-core") {
///     let settings = try BankSettings.load()
///     let service = ServiceProcess(name: "bank-core", settings: settings.service)
///     …
///     try await service.run(router: router, port: settings.service.bankPort, services: […])
/// }
/// ```
package enum ServiceMain {
    /// Runs `body` to its end and ends the process: 0, 69, 70 or 78.
    package static func run(
        _ name: String, _ body: @Sendable () async throws -> Void
    ) async -> Never {
        signal(SIGPIPE, SIG_IGN)
        do {
            try await body()
            end(.ok)
        } catch let error as SettingsError {
            end(.configuration, "\(name): \(error)")
        } catch let error as StartFailure {
            end(error.code, "\(name): \(error)")
        } catch {
            end(.software, "\(name): stopped by an unexpected error (\(type(of: error)))")
        }
    }

    private static func end(_ code: ExitCode, _ message: String? = nil) -> Never {
        if let message {
            let line = Array((message + "\n").utf8)
            _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
        exit(code.rawValue)
    }
}
