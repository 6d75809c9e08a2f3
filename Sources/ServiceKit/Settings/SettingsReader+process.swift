#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SettingsReader {
    /// This process's environment, and `.env` of its working directory.
    package static func ofProcess() -> SettingsReader {
        SettingsReader(
            environment: ProcessInfo.processInfo.environment, file: DotEnvFile(path: ".env"))
    }
}
