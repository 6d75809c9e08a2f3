import Ledger
import Metrics
package import ServiceKit

/// Opens a session for who knows the password.
///
/// Whether an e-mail is known cannot be told from the answer, nor from its time: without a
/// customer the same work is done on a hash of nobody's, and guesses are counted all the same.
package struct LogIn: Sendable {
    private let directory: any CustomerDirectory
    private let passwords: PasswordHasher
    private let limits: any LoginLimits
    private let limit: LoginLimit?
    private let sessions: Sessions

    /// `limit`: nil where rate limits are off.
    package init(
        directory: any CustomerDirectory, passwords: PasswordHasher, limits: any LoginLimits,
        limit: LoginLimit?, sessions: Sessions
    ) {
        self.directory = directory
        self.passwords = passwords
        self.limits = limits
        self.limit = limit
        self.sessions = sessions
    }

    /// - Throws: `Problem` (`invalid_credentials`, `rate_limited`, `overloaded`), ``StoreError``.
    package func perform(
        email: String, password: Secret, from client: SessionClient
    ) async throws -> Tokens {
        let key = EmailAddress.key(of: email)
        let attempt = try await begin(key, client.address)
        let customer = try await directory.customer(emailKey: key)
        let isRight = try await passwords.matches(password, phc: customer?.passwordHash)
        guard isRight, let customer, customer.status == .active else {
            Self.count("refused")
            throw Problem(.invalidCredentials)
        }
        guard let tokens = try await sessions.open(for: customer, from: client) else {
            throw Problem(.invalidCredentials)
        }
        if let attempt { try await limits.succeed(attempt) }
        Self.count("succeeded")
        return tokens
    }

    /// Counts the attempt before anything is compared.
    private func begin(_ key: String, _ address: ClientAddress) async throws -> LoginAttempt? {
        guard let limit else { return nil }
        switch try await limits.begin(emailKey: key, address: address, limits: limit) {
        case .admitted(let attempt): return attempt
        case .refused(let seconds):
            Self.count("limited")
            throw Problem(
                .rateLimited, "Too many log-ins have failed.", retryAfterSeconds: seconds)
        }
    }

    private static func count(_ outcome: String) {
        Counter(label: "logins_total", dimensions: [("outcome", outcome)]).increment()
    }
}

/// Where a session is opened from.
package struct SessionClient: Hashable, Sendable {
    package let address: ClientAddress
    package let userAgent: String?

    package static let userAgentBytesMax = 200

    package init(address: ClientAddress, userAgent: String?) {
        self.address = address
        self.userAgent = userAgent.map {
            String(decoding: $0.utf8.prefix(Self.userAgentBytesMax), as: UTF8.self)
        }
    }
}

/// What a log-in or a refresh gives.
package struct Tokens: Hashable, Sendable {
    package let access: Secret
    package let accessSeconds: Int64
    package let refresh: RefreshToken
    package let refreshSeconds: Int64
    package let customer: Customer
}
