import Ledger
import ServiceKit
import Testing

@Suite struct SettingsTests {
    private func bank(
        _ changes: [String: String], file: String = ""
    ) throws(SettingsError) -> BankSettings {
        try BankSettings.load(
            SettingsReader(
                environment: requiredSettings.merging(changes) { $1 },
                file: DotEnvFile(text: file)))
    }

    @Test func `the defaults are those of the contract`() throws {
        let settings = try bank([:])
        #expect(settings.service.mongoDatabase == "teller")
        #expect(settings.service.host == "127.0.0.1")
        #expect(settings.service.bankPort == 3_000)
        #expect(settings.service.websocketPort == 3_001)
        #expect(settings.service.bankURL.description == "http://127.0.0.1:3000")
        #expect(
            Set(settings.service.allowedOrigins.map(\.description)) == [
                "http://127.0.0.1:3000", "http://localhost:3000", "http://127.0.0.1:3001",
                "http://localhost:3001",
            ])
        #expect(settings.service.metricsPort == nil)
        #expect(settings.service.accessTokenSeconds == 900)
        #expect(settings.service.rateLimits == .standard)
        #expect(settings.isSandbox == false && settings.openingBalance == 0)
        #expect(settings.defaultCurrency.code == "USD")
        #expect(settings.accountsPerCustomerMax == 4)
        #expect(settings.loginFailures == RateLimit(count: 10, windowSeconds: 900))
    }

    @Test func `a sandbox opens accounts with 500000 minor units`() throws {
        #expect(try bank(["SANDBOX": "true"]).openingBalance == 500_000)
        #expect(try bank(["SANDBOX": "true", "OPENING_BALANCE": "7"]).openingBalance == 7)
    }

    @Test func `all faults are reported at once`() {
        let wrong = [
            "MONGO_URL": "", "JWT_SECRET": "short", "BANK_PORT": "99999",
            "ACCESS_TOKEN_MINUTES": "soon", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
            "RATE_LIMIT_ENABLED": "perhaps", "RATE_LIMIT_LOGIN": "10/fortnight",
            "OPENING_BALANCE": "-1", "DEFAULT_CURRENCY": "XXXX", "ALLOWED_ORIGINS": "*",
            "TRUSTED_PROXIES": "10.0.0.0/99", "BANK_URL": "ftp://bank", "SANDBOX": "maybe",
        ]
        do throws(SettingsError) {
            _ = try bank(wrong)
            Issue.record("these settings must not be accepted")
        } catch {
            #expect(Set(error.faults.map(\.name)) == Set(wrong.keys))
        }
    }

    @Test func `a fault never shows a secret`() {
        for secret in [
            "short", String(repeating: "a", count: 64), "secretsecretsecretsecretsecret42",
        ] {
            #expect {
                try bank(["JWT_SECRET": secret])
            } throws: { error in
                "\(error)".contains("JWT_SECRET") && !"\(error)".contains(secret)
            }
        }
        #expect(
            "\(Secret("canary"))\(String(reflecting: Secret("canary")))".contains("canary") == false
        )
        var dumped = ""
        dump(Secret("canary"), to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    @Test(arguments: [
        String(repeating: "a", count: 64), String(repeating: "secret", count: 8),
        "0123456789abcdefghijklmnopqrstuvwxyz", "abcabcabcabcabcabcabcabcabcabcabcabc",
        "this-is-a-very-long-development-key-of-ours", "0123456701234567012345670123456701234567",
        "q1w2e3r4t5y6q1w2e3r4t5y6q1w2e3r4t5y6", "CHANGEME-CHANGEME-CHANGEME-9f8a7s6d",
        "your-256-bit-secret-your-256-bit-secret", "11111111112222222222333333333344",
    ]) func `a secret that can be guessed is refused`(secret: String) {
        #expect(throws: SettingsError.self) { try bank(["JWT_SECRET": secret]) }
    }

    @Test(arguments: [
        randomSecret.value, "f3b1c4d20a96e857f3b10c4d2a9e68570b1d",
        "Zm9v8K2jdP0qLr7WxT5nYv3bHs6GcA1eUiOp4MzQ9RtXyVwNkJlFhDgSbCaE",
    ]) func `a random secret of 32 bytes or more is accepted`(secret: String) throws {
        #expect(try bank(["JWT_SECRET": secret]).service.jwtSecret.value == secret)
    }

    @Test func `a secret of 31 bytes is refused and one of 32 accepted`() throws {
        let secret = "rH3mK9vQ2xZ7pL5wN8tB4cF6dG1jS0aY"
        #expect(secret.utf8.count == 32)
        _ = try bank(["JWT_SECRET": secret])
        #expect(throws: SettingsError.self) {
            try bank(["JWT_SECRET": String(secret.dropLast())])
        }
    }

    @Test func `the file gives what the environment does not`() throws {
        let file = """
            # where we listen
            BANK_PORT=4000
            export HOST = "0.0.0.0"
            LOG_FORMAT='text'

            """
        let settings = try bank(["BANK_PORT": "5000"], file: file).service
        #expect(settings.bankPort == 5_000)
        #expect(settings.host == "0.0.0.0")
        #expect(settings.logFormat == .text)
    }

    @Test(arguments: ["BANK_PROT=4000", "nonsense", "BANK_PORT=1\nBANK_PORT=2", "=1"])
    func `what is no setting is a fault of the file`(text: String) {
        #expect(throws: SettingsError.self) { try bank([:], file: text) }
    }

    @Test func `unknown variables of the environment are not looked at`() throws {
        _ = try bank(["BANK_PROT": "4000", "PATH": "/bin"])
    }

    @Test func `bank-websocket ignores the settings of the bank alone`() throws {
        let environment = requiredSettings.merging(
            ["SANDBOX": "maybe", "OPENING_BALANCE": "x", "RATE_LIMIT_LOGIN": "?"]) { $1 }
        let settings = try WebsocketSettings.load(SettingsReader(environment: environment))
        #expect(settings.messagesPerMinute == 100 && settings.connectionsPerCustomer == 10)
        #expect(settings.connectionsPerIP == 50 && settings.queueBytes == 1_048_576)
        #expect(settings.interactionDays == 30)
    }

    @Test func `bankctl needs the database only`() throws {
        let settings = try ToolSettings.load(
            SettingsReader(environment: ["MONGO_URL": "mongodb://localhost"]))
        #expect(settings.mongoDatabase == "teller" && settings.jwtSecret == nil)
    }

    @Test func `both ports may not be the same`() {
        #expect(throws: SettingsError.self) { try bank(["WEBSOCKET_PORT": "3000"]) }
        #expect(throws: SettingsError.self) { try bank(["METRICS_PORT": "3000"]) }
    }
}
