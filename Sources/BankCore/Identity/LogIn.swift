import Ledger
import Metrics
package import ServiceKit

/// Opens a session for who knows the password, and the code if one is asked for.
///
/// Whether an e-mail is known cannot be told from the answer, nor from its time: without a
/// customer the same work is done on a hash of nobody's, and guesses are counted all the same.
package struct LogIn: Sendable {
    private let directory: any CustomerDirectory
    private let passwords: PasswordHasher
    private let guesses: Guesses
    private let factors: TwoFactors
    private let sessions: Sessions
    private let devices: DeviceTokens

    package init(
        directory: any CustomerDirectory, passwords: PasswordHasher, guesses: Guesses,
        factors: TwoFactors, sessions: Sessions, devices: DeviceTokens
    ) {
        self.directory = directory
        self.passwords = passwords
        self.guesses = guesses
        self.factors = factors
        self.sessions = sessions
        self.devices = devices
    }

    /// - Parameter device: the device token of an earlier log-in, as the client sent it.
    /// - Throws: `Problem` (`invalid_credentials`, `rate_limited`, `overloaded`), ``StoreError``.
    package func perform(
        email: String, password: Secret, from client: SessionClient, device: String?
    ) async throws -> LogInResult {
        let key = EmailAddress.key(of: email)
        let device = device.flatMap { devices.recognise($0, for: key) }
        let attempt = try await guesses.begin(
            .logIn(emailKey: key, address: client.address, device: device?.digest))
        let customer = try await directory.customer(emailKey: key)
        let isRight = try await passwords.matches(password, phc: customer?.passwordHash)
        guard isRight, let customer, customer.status == .active else {
            throw Self.refused(.invalidCredentials)
        }
        // The guess stays counted until the code is right too.
        if let challenge = try await factors.challenge(
            customer, attempt: attempt, device: device)
        {
            Self.count("challenged")
            return .challenged(challenge)
        }
        guard let session = try await open(client, customer, attempt) else {
            throw Self.refused(.invalidCredentials)
        }
        return .opened(session)
    }

    /// The code of a challenge. Whatever is wrong with a challenge, be it unknown, over, used or
    /// out of tries, it has expired.
    ///
    /// - Throws: `Problem` (`invalid_code`, `challenge_expired`, `rate_limited`),
    ///   ``StoreError``.
    package func answer(
        _ id: ChallengeID?, code: String, from client: SessionClient
    ) async throws -> LogInResult {
        guard let id, let challenge = try await factors.countTry(id) else {
            throw Self.refused(.challengeExpired)
        }
        let guess = try await guesses.begin(
            .code(challenge.customerID, device: challenge.device))
        // Read before the challenge is ended: a change after this keeps the session shut.
        guard let customer = try await directory.customer(challenge.customerID) else {
            throw Self.refused(.challengeExpired)
        }
        guard try await factors.isRight(code, for: challenge) else {
            throw Self.refused(.invalidCode)
        }
        guard try await factors.complete(challenge) else {
            throw Self.refused(.challengeExpired)
        }
        try await guesses.succeed(guess)
        guard let session = try await open(client, customer, challenge.attempt) else {
            throw Self.refused(.challengeExpired)
        }
        return .opened(session)
    }

    /// Nil if the customer changed meanwhile. The client stands first: its address is a UInt128,
    /// and among the later arguments of an async call Swift 6.3 puts it where it overwrites the
    /// caller's frame.
    private func open(
        _ client: SessionClient, _ customer: Customer, _ attempt: GuessAttempt?
    ) async throws -> OpenedSession? {
        guard let tokens = try await sessions.open(for: customer, from: client) else {
            return nil
        }
        try await guesses.succeed(attempt)
        Self.count("succeeded")
        return OpenedSession(tokens: tokens, device: devices.make(for: customer.emailKey))
    }

    private static func refused(_ code: ProblemCode) -> Problem {
        count("refused")
        return Problem(code)
    }

    private static func count(_ outcome: String) {
        Counter(label: "logins_total", dimensions: [("outcome", outcome)]).increment()
    }
}

/// What a log-in comes to.
package enum LogInResult: Sendable {
    case opened(OpenedSession)
    /// A code is asked for.
    case challenged(Challenge)
}

/// A session, and what the device may show at its next log-in.
package struct OpenedSession: Sendable {
    package let tokens: Tokens
    package let device: DeviceToken
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
