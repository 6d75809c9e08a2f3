package import Ledger
package import Logging

/// The swift-log backend of the services: each event one line into a ``LogOutput``.
///
/// Metadata keys that say they hold a secret are not written, whatever they hold.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let output: LogOutput
    private let clock: WallClock

    private static let secretWords = [
        "password", "secret", "token", "authorization", "cookie", "otp", "credential",
    ]

    package init(
        label: String, level: Logger.Level, output: LogOutput, clock: WallClock = .system
    ) {
        self.label = label
        self.logLevel = level
        self.output = output
        self.clock = clock
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = LogLine(
            format: output.format, at: clock.now, level: event.level,
            message: event.message.description)
        line.add("logger", label)
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error {
            line.add("error.type", String(reflecting: type(of: error)))
        }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line.add(key, Self.isSecret(key) ? "[secret]" : value.description)
        }
        output.append(line.finish())
    }

    private static func isSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return secretWords.contains(where: key.contains)
    }
}
