import Ledger
package import ServiceKit

/// Changing the proofs of who one is: the password, the second factor. Each change needs the
/// password again, and wrong ones are counted, for who has a token need not be its customer.
package struct Credentials: Sendable {
    private let ledger: any LedgerGate
    private let directory: any CustomerDirectory
    private let passwords: PasswordHasher
    private let guesses: Guesses
    private let factors: TwoFactors
    private let revocations: SessionRevocations

    package init(
        ledger: any LedgerGate, directory: any CustomerDirectory, passwords: PasswordHasher,
        guesses: Guesses, factors: TwoFactors, revocations: SessionRevocations
    ) {
        self.ledger = ledger
        self.directory = directory
        self.passwords = passwords
        self.guesses = guesses
        self.factors = factors
        self.revocations = revocations
    }

    /// Sets another password and ends the other sessions, in one transaction.
    /// - Throws: `Problem` (`invalid_credentials`, `rate_limited`, `overloaded`).
    func changePassword(
        from current: Secret, to new: Secret, by identity: Identity, origin: Origin
    ) async throws {
        let customer = try await customer(identity, with: current)
        let hash = try await passwords.hash(new)
        let change = CustomerChange.password(
            from: customer.passwordHash, to: hash, keeping: identity.sessionID)
        let outcome = try await ledger.perform(
            .changeCustomer(customer.id, change, by: identity.role, origin: origin))
        if case .rejected(let rejection) = outcome { throw rejection }
        await revocations.poll()
    }

    /// Sets the second factor. An authenticator in force is left only with a code of it, and
    /// replaced only after it was left.
    /// - Throws: `Problem` (`invalid_credentials`, `invalid_code`, `phone_required`,
    ///   `otp_unavailable`, `rate_limited`, `overloaded`).
    func setTwoFactor(
        _ request: TwoFactorRequest, by identity: Identity
    ) async throws -> TwoFactorReply {
        let customer = try await customer(identity, with: request.password)
        let state = try await factors.twoFactor(of: customer.id)
        switch (request.method, state.method) {
        case (.totp, .totp):
            throw Problem(.invalidCode, "An authenticator is in force: set none first.")
        case (.totp, _):
            guard let code = request.code else {
                return .proposed(try await factors.propose(for: customer))
            }
            return try await counted(customer.id) {
                try await factors.confirm(code, of: customer.id).map { .confirmed(recovery: $0) }
            }
        case (.none, .totp), (.otp, .totp):
            return try await counted(customer.id) {
                let code = request.code ?? ""
                guard try await factors.use(code, state, of: customer.id) else { return nil }
                try await factors.set(request.method, of: customer)
                return .set(request.method)
            }
        case (.none, _), (.otp, _):
            try await factors.set(request.method, of: customer)
            return .set(request.method)
        }
    }

    /// The caller, if the password is theirs.
    private func customer(
        _ identity: Identity, with password: Secret
    ) async throws -> Customer {
        let attempt = try await guesses.begin(.password(identity.customerID))
        let customer = try await directory.customer(identity.customerID)
        let isRight = try await passwords.matches(password, phc: customer?.passwordHash)
        guard isRight, let customer, customer.status == .active else {
            throw Problem(.invalidCredentials)
        }
        try await guesses.succeed(attempt)
        return customer
    }

    /// Counts a code before it is looked at; nil from `use` means that it was wrong.
    private func counted(
        _ customer: CustomerID, _ use: () async throws -> TwoFactorReply?
    ) async throws -> TwoFactorReply {
        let attempt = try await guesses.begin(.code(customer, device: nil))
        guard let reply = try await use() else { throw Problem(.invalidCode) }
        try await guesses.succeed(attempt)
        return reply
    }
}
