package import Ledger
package import ServiceKit

/// Second factors: setting them up, and asking for them at log-in.
package struct TwoFactors: Sendable {
    private let store: any TwoFactorStore
    private let challenges: any ChallengeStore
    private let codes: Codes
    private let box: SealedBox
    private let clock: WallClock
    private let ids: IdentifierGenerator
    /// Whether messages can be sent at all.
    private let canSend: Bool

    package init(
        store: any TwoFactorStore, challenges: any ChallengeStore, secret: Secret,
        clock: WallClock, canSend: Bool
    ) {
        self.store = store
        self.challenges = challenges
        self.codes = Codes(secret: secret)
        self.box = SealedBox(secret: secret)
        self.clock = clock
        self.ids = IdentifierGenerator(clock: clock)
        self.canSend = canSend
    }

    // MARK: Log-in

    /// A challenge for a customer whose password was right; nil if they have no second factor.
    func challenge(
        _ customer: Customer, attempt: GuessAttempt?, device: DeviceToken?
    ) async throws -> Challenge? {
        let method = try await store.twoFactor(of: customer.id).method
        guard method != .none else { return nil }
        let id: ChallengeID = ids.next()
        let code = method == .otp ? codes.digits() : nil
        let challenge = Challenge(
            id: id, customerID: customer.id, method: method,
            codeHash: code.map { codes.hash($0, of: id) }, attempt: attempt,
            device: device?.digest)
        let message = try code.map { try letter($0, to: customer) }
        try await challenges.open(challenge, message: message)
        return challenge
    }

    private func letter(_ code: String, to customer: Customer) throws -> OutgoingMessage {
        let id: MessageID = ids.next()
        let text = MessageText.oneTimeCode(code, minutes: Challenge.lifetimeSeconds / 60)
        return OutgoingMessage(
            id: id, customerID: customer.id, to: customer.phone ?? "", kind: .otp,
            sealed: try text.sealed(box, for: id), usefulSeconds: Challenge.lifetimeSeconds)
    }

    /// Counts a try. Nil when there is no such challenge, or not any more.
    func countTry(_ id: ChallengeID) async throws -> Challenge? {
        try await challenges.countTry(id)
    }

    /// Whether the code is the challenge's; if so, it is used up.
    func isRight(_ code: String, for challenge: Challenge) async throws -> Bool {
        if let hash = challenge.codeHash {
            return Codes.areEqual(codes.hash(code, of: challenge.id), hash)
        }
        let state = try await store.twoFactor(of: challenge.customerID)
        return try await use(code, state, of: challenge.customerID)
    }

    /// Ends the challenge; false if it was ended before.
    func complete(_ challenge: Challenge) async throws -> Bool {
        try await challenges.complete(challenge.id)
    }

    // MARK: Setting up

    func twoFactor(of customer: CustomerID) async throws -> TwoFactor {
        try await store.twoFactor(of: customer)
    }

    /// `none` or `otp`.
    func set(_ method: TwoFactorMethod, of customer: Customer) async throws {
        if method == .otp {
            guard customer.phone != nil else { throw Problem(.phoneRequired) }
            guard canSend else { throw Problem(.otpUnavailable) }
        }
        try await store.set(method, of: customer.id)
    }

    /// A new authenticator, in force once a code confirms it.
    func propose(for customer: Customer) async throws -> Authenticator {
        let secret = RandomBytes.make(OneTimePassword.secretBytes)
        let sealed = try box.seal(secret, owner: customer.id.description)
        try await store.propose(sealed, of: customer.id)
        return Authenticator(
            secret: Secret(Base32.encode(secret)),
            uri: Secret(OneTimePassword.uri(secret: secret, account: customer.email)))
    }

    struct Authenticator: Sendable {
        let secret: Secret
        let uri: Secret
    }

    /// The recovery codes, if the code is of the proposed authenticator; else nil.
    func confirm(_ code: String, of customer: CustomerID) async throws -> [Secret]? {
        guard let pending = try await store.twoFactor(of: customer).pending,
            let secret = box.open(pending, owner: customer.description),
            let step = OneTimePassword.step(of: code, secret: secret, at: clock.now)
        else { return nil }
        let recovery = (0..<Codes.recoveryCodes).map { _ in codes.recoveryCode() }
        let isConfirmed = try await store.confirm(
            pending, step: step,
            recovery: recovery.map { codes.hash(recoveryCode: $0, of: customer) }, of: customer)
        return isConfirmed ? recovery.map { Secret($0) } : nil
    }

    /// Uses the code of an authenticator in force, or a recovery code, once.
    func use(_ code: String, _ state: TwoFactor, of customer: CustomerID) async throws -> Bool {
        guard let sealed = state.secret,
            let secret = box.open(sealed, owner: customer.description)
        else { return false }
        if let step = OneTimePassword.step(of: code, secret: secret, at: clock.now) {
            return try await store.use(step: step, of: customer)
        }
        let hash = codes.hash(recoveryCode: code, of: customer)
        return try await store.use(recoveryHash: hash, of: customer)
    }
}
