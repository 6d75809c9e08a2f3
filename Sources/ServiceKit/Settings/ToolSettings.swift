/// The settings of bankctl: the database, and the secret only where tokens are made.
package struct ToolSettings: Sendable {
    package let mongoURL: Secret
    package let mongoDatabase: String
    package let jwtSecret: Secret?
}

extension ToolSettings {
    /// From the environment and `.env` of the working directory.
    package static func load() throws(SettingsError) -> ToolSettings {
        try load(SettingsReader.ofProcess())
    }

    package static func load(_ reader: SettingsReader) throws(SettingsError) -> ToolSettings {
        var reader = reader
        let url = ServiceSettings.mongoURL(&reader)
        let database = ServiceSettings.mongoDatabase(&reader)
        let hasSecret = reader.text(.jwtSecret) != nil
        let secret = hasSecret ? ServiceSettings.jwtSecret(&reader) : nil
        return try reader.finish {
            guard let url else { return nil }
            return ToolSettings(mongoURL: url, mongoDatabase: database, jwtSecret: secret)
        }
    }
}
