package import HTTPTypes

extension HTTPField.Name {
    package static let requestID = Self.known("X-Request-ID")
    package static let forwardedFor = Self.known("X-Forwarded-For")
    package static let idempotencyKey = Self.known("Idempotency-Key")
    package static let idempotentReplayed = Self.known("Idempotent-Replayed")
    package static let rateLimit = Self.known("RateLimit")
    package static let rateLimitPolicy = Self.known("RateLimit-Policy")
    package static let referrerPolicy = Self.known("Referrer-Policy")
    package static let frameOptions = Self.known("X-Frame-Options")
    package static let resourcePolicy = Self.known("Cross-Origin-Resource-Policy")

    /// A name written in this file, so it is a token; `Age` never shows.
    private static func known(_ name: StaticString) -> Self {
        Self(String(describing: name)) ?? .age
    }
}
