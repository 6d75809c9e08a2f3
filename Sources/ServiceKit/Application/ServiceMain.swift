#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The frame of an executable's main: settings faults, start failures and signals become exit
/// codes and one clear message.
///
/// ```swift
/// await ServiceMain.run("bank-core", about: "The bank's HTTP service.") {
///     let settings = try BankSettings.load()
///     let service = ServiceProcess(name: "bank-core", settings: settings.service)
///     …
///     try await service.run(router: router, port: settings.service.bankPort, services: […])
/// }
/// ```
package enum ServiceMain {
    package static let version = "0.1.0"

    /// Runs `body` to its end and ends the process: 0, 64, 69, 70 or 78. Answers `--help` and
    /// `--version` itself; a service takes no other arguments.
    package static func run(
        _ name: String, about: String, arguments: [String] = CommandLine.arguments,
        _ body: @Sendable () async throws -> Void
    ) async -> Never {
        signal(SIGPIPE, SIG_IGN)
        answer(arguments.dropFirst(), name, about)
        do {
            try await body()
            end(.ok)
        } catch let error as SettingsError {
            end(.configuration, "\(name): \(error)")
        } catch let error as StartFailure {
            end(error, name)
        } catch {
            end(.software, "\(name): stopped by an unexpected error (\(type(of: error)))")
        }
    }

    private static func answer(_ arguments: ArraySlice<String>, _ name: String, _ about: String) {
        switch arguments.first {
        case nil: return
        case "--version": print("\(name) \(version)")
        case "--help", "-h":
            let settings = SettingName.allCases.map { "  \($0.rawValue)" }.joined(separator: "\n")
            print(
                """
                \(about)

                USAGE: \(name) [--help] [--version]

                Settings come from the environment and from .env in the working directory; see
                docs/configuration.md. MONGO_URL and JWT_SECRET are required.

                \(settings)
                """)
        default: end(.usage, "\(name): no arguments are expected; see \(name) --help")
        }
        end(.ok)
    }

    static func end(_ failure: StartFailure, _ name: String) -> Never {
        end(failure.code, "\(name): \(failure)")
    }

    private static func end(_ code: ExitCode, _ message: String? = nil) -> Never {
        if let message {
            let line = Array((message + "\n").utf8)
            _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
        // Not exit(3): other threads still run, and must not see globals being torn down.
        fflush(nil)
        _exit(code.rawValue)
    }
}
