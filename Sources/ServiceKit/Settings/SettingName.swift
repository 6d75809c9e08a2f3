/// The settings there are. Documented in docs/configuration.md, with their defaults.
package enum SettingName: String, Hashable, Sendable, CaseIterable {
    case mongoURL = "MONGO_URL"
    case mongoDatabase = "MONGO_DATABASE"
    case jwtSecret = "JWT_SECRET"
    case host = "HOST"
    case bankPort = "BANK_PORT"
    case websocketPort = "WEBSOCKET_PORT"
    case bankURL = "BANK_URL"
    case websocketURL = "WEBSOCKET_URL"
    case allowedOrigins = "ALLOWED_ORIGINS"
    case trustedProxies = "TRUSTED_PROXIES"
    case metricsPort = "METRICS_PORT"
    case accessTokenMinutes = "ACCESS_TOKEN_MINUTES"
    case refreshTokenDays = "REFRESH_TOKEN_DAYS"
    case rateLimitEnabled = "RATE_LIMIT_ENABLED"
    case rateLimitAnonymous = "RATE_LIMIT_ANONYMOUS"
    case rateLimitCustomer = "RATE_LIMIT_CUSTOMER"
    case logLevel = "LOG_LEVEL"
    case logFormat = "LOG_FORMAT"

    // The bank alone
    case sandbox = "SANDBOX"
    case openingBalance = "OPENING_BALANCE"
    case defaultCurrency = "DEFAULT_CURRENCY"
    case maxAccountsPerCustomer = "MAX_ACCOUNTS_PER_CUSTOMER"
    case cancellationMinutes = "CANCELLATION_MINUTES"
    case rateLimitLogin = "RATE_LIMIT_LOGIN"
    case otpGatewayURL = "OTP_GATEWAY_URL"

    // The websocket service alone
    case websocketMessagesPerMinute = "WEBSOCKET_MESSAGES_PER_MINUTE"
    case websocketConnectionsPerCustomer = "WEBSOCKET_CONNECTIONS_PER_CUSTOMER"
    case websocketConnectionsPerIP = "WEBSOCKET_CONNECTIONS_PER_IP"
    case websocketQueueBytes = "WEBSOCKET_QUEUE_BYTES"
    case interactionDays = "INTERACTION_DAYS"
    case publicDirectory = "PUBLIC_DIRECTORY"
}
