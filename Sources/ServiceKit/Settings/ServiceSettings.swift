package import Logging

/// The settings that both services use.
package struct ServiceSettings: Sendable {
    /// May hold a password: never printed.
    package let mongoURL: Secret
    package let mongoDatabase: String
    package let jwtSecret: Secret
    package let host: String
    package let bankPort: Int
    package let websocketPort: Int
    package let bankURL: WebOrigin
    package let websocketURL: WebOrigin
    package let allowedOrigins: Set<WebOrigin>
    package let trustedProxies: [AddressRange]
    /// Nil: /metrics is on the main port.
    package let metricsPort: Int?
    package let accessTokenMinutes: Int
    package let refreshTokenDays: Int
    /// Nil: RATE_LIMIT_ENABLED is false.
    package let rateLimits: RateLimitSettings?
    package let logLevel: Logger.Level
    package let logFormat: LogFormat

    package var accessTokenSeconds: Int64 { Int64(accessTokenMinutes) * 60 }
}

extension ServiceSettings {
    /// Reads the shared settings; nil, and faults in the reader, if some are wrong.
    init?(_ reader: inout SettingsReader) {
        let mongoURL = Self.mongoURL(&reader)
        let secret = Self.jwtSecret(&reader)
        self.host =
            reader.value(.host, expected: "a host name or an IP address") {
                $0.utf8.count <= 253 && !$0.contains(where: { $0 == " " || $0 == "/" }) ? $0 : nil
            } ?? "127.0.0.1"
        self.bankPort = reader.integer(.bankPort, in: 1...65_535, standard: 3_000)
        self.websocketPort = reader.integer(.websocketPort, in: 1...65_535, standard: 3_001)
        if bankPort == websocketPort {
            reader.fault(.websocketPort, "must differ from BANK_PORT")
        }
        self.mongoDatabase = Self.mongoDatabase(&reader)
        self.bankURL = Self.url(.bankURL, port: bankPort, host: host, &reader)
        self.websocketURL = Self.url(.websocketURL, port: websocketPort, host: host, &reader)
        self.allowedOrigins = Self.allowedOrigins([bankURL, websocketURL], &reader)
        self.trustedProxies =
            reader.list(.trustedProxies, expected: "an IP address or a block (10.0.0.0/8)") {
                AddressRange($0)
            } ?? []
        let metricsPort = reader.integer(.metricsPort, in: 1...65_535, standard: 0)
        self.metricsPort = metricsPort == 0 ? nil : metricsPort
        if metricsPort == bankPort || metricsPort == websocketPort {
            reader.fault(.metricsPort, "must differ from BANK_PORT and WEBSOCKET_PORT")
        }
        self.accessTokenMinutes = reader.integer(
            .accessTokenMinutes, in: 1...1_440, standard: 15)
        self.refreshTokenDays = reader.integer(.refreshTokenDays, in: 1...365, standard: 30)
        self.rateLimits = RateLimitSettings(&reader)
        self.logLevel =
            reader.value(.logLevel, expected: "trace, debug, info, notice, warning or error") {
                Logger.Level(rawValue: $0.lowercased())
            } ?? .info
        self.logFormat =
            reader.value(.logFormat, expected: "json or text") { LogFormat(rawValue: $0) } ?? .json
        guard let mongoURL, let secret else { return nil }
        self.mongoURL = mongoURL
        self.jwtSecret = secret
    }

    static func mongoURL(_ reader: inout SettingsReader) -> Secret? {
        let hint = "the address of a replica set (mongodb://…)"
        guard let text = reader.required(.mongoURL, hint) else { return nil }
        guard text.hasPrefix("mongodb://") || text.hasPrefix("mongodb+srv://"),
            text.utf8.count <= 4_096
        else {
            reader.fault(.mongoURL, "an address that begins with mongodb:// is expected")
            return nil
        }
        return Secret(text)
    }

    static func jwtSecret(_ reader: inout SettingsReader) -> Secret? {
        let hint = "make one with `openssl rand -base64 48`"
        guard let text = reader.required(.jwtSecret, hint) else { return nil }
        if let weakness = SecretStrength.weakness(of: text) {
            reader.fault(.jwtSecret, weakness)
            return nil
        }
        return Secret(text)
    }

    static func mongoDatabase(_ reader: inout SettingsReader) -> String {
        reader.value(.mongoDatabase, expected: "1 to 63 letters, digits, _ or -") {
            isDatabaseName($0) ? $0 : nil
        } ?? "teller"
    }

    /// Source: MongoDB's manual, naming restrictions.
    private static func isDatabaseName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")
            }
    }

    private static func url(
        _ name: SettingName, port: Int, host: String, _ reader: inout SettingsReader
    ) -> WebOrigin {
        let isAny = host == "0.0.0.0" || host == "::"
        let shown = isAny ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return reader.value(name, expected: "http(s)://host[:port]") { WebOrigin($0) }
            ?? WebOrigin(scheme: "http", host: shown, port: port)
    }

    /// By default the two public addresses; on loopback as localhost and as 127.0.0.1.
    private static func allowedOrigins(
        _ addresses: [WebOrigin], _ reader: inout SettingsReader
    ) -> Set<WebOrigin> {
        if let list = reader.list(
            .allowedOrigins, expected: "http(s)://host[:port]", { WebOrigin($0) })
        {
            return Set(list)
        }
        var origins: Set<WebOrigin> = []
        for address in addresses {
            origins.insert(address)
            guard address.isLoopback else { continue }
            origins.insert(address.on(host: "localhost"))
            origins.insert(address.on(host: "127.0.0.1"))
        }
        return origins
    }
}

extension RateLimitSettings {
    /// Nil if RATE_LIMIT_ENABLED is false.
    init?(_ reader: inout SettingsReader) {
        let isEnabled = reader.flag(.rateLimitEnabled, standard: true)
        let standard = RateLimitSettings.standard
        let anonymous = reader.rateLimit(.rateLimitAnonymous, standard: standard.anonymous)
        let customer = reader.rateLimit(.rateLimitCustomer, standard: standard.customer)
        guard isEnabled else { return nil }
        self.init(anonymous: anonymous, customer: customer)
    }
}

extension SettingsReader {
    mutating func rateLimit(_ name: SettingName, standard: RateLimit) -> RateLimit {
        value(name, expected: "a limit such as 60/min or 10/15min") {
            RateLimit($0, standard: standard)
        } ?? standard
    }
}
