/// The settings of bank-websocket. Those of the bank alone are not looked at.
package struct WebsocketSettings: Sendable {
    package let service: ServiceSettings
    package let messagesPerMinute: Int
    package let connectionsPerCustomer: Int
    /// Before authentication.
    package let connectionsPerIP: Int
    /// What may wait to be sent to one connection.
    package let queueBytes: Int
    /// How long the interaction log is kept.
    package let interactionDays: Int
    /// Where the page's files are.
    package let publicDirectory: String
}

extension WebsocketSettings {
    /// From the environment and `.env` of the working directory.
    package static func load() throws(SettingsError) -> WebsocketSettings {
        try load(SettingsReader.ofProcess())
    }

    package static func load(
        _ reader: SettingsReader
    ) throws(SettingsError) -> WebsocketSettings {
        var reader = reader
        let service = ServiceSettings(&reader)
        let messages = reader.integer(
            .websocketMessagesPerMinute, in: 1...1_000_000, standard: 100)
        let perCustomer = reader.integer(
            .websocketConnectionsPerCustomer, in: 1...100_000, standard: 10)
        let perIP = reader.integer(.websocketConnectionsPerIP, in: 1...1_000_000, standard: 50)
        let queue = reader.integer(
            .websocketQueueBytes, in: 65_536...1_073_741_824, standard: 1_048_576)
        let days = reader.integer(.interactionDays, in: 1...3_650, standard: 30)
        let directory =
            reader.value(.publicDirectory, expected: "a directory") {
                (1...4_096).contains($0.utf8.count) ? $0 : nil
            } ?? "public"
        return try reader.finish {
            guard let service else { return nil }
            return WebsocketSettings(
                service: service, messagesPerMinute: messages,
                connectionsPerCustomer: perCustomer, connectionsPerIP: perIP, queueBytes: queue,
                interactionDays: days, publicDirectory: directory)
        }
    }
}
