import BankCore
import Ledger

extension IdentityContract {
    static let twoFactor: [IdentityCheck] = factors + challenges

    private static let factors: [IdentityCheck] = [
        IdentityCheck("a customer has no second factor until one is set") { identity in
            let (customer, _) = try await identity.bank.customer()
            try await expect(identity.factors.twoFactor(of: customer.id), .off)
            for method in [TwoFactorMethod.otp, .none] {
                try await identity.factors.set(method, of: customer.id)
                try await expect(
                    identity.factors.twoFactor(of: customer.id), TwoFactor(method: method))
            }
        },
        IdentityCheck("an authenticator is in force once its secret is confirmed") { identity in
            let (customer, _) = try await identity.bank.customer()
            try await identity.factors.propose([1], of: customer.id)
            try await identity.factors.propose([2], of: customer.id)
            let state = try await identity.factors.twoFactor(of: customer.id)
            try expect(state, TwoFactor(method: .none, pending: [2]))
            let former = try await identity.factors.confirm(
                [1], step: 7, recovery: [[8], [9]], of: customer.id)
            try expect(!former, "another was proposed since")
            let confirmed = try await identity.factors.confirm(
                [2], step: 7, recovery: [[8], [9]], of: customer.id)
            try expect(confirmed, "the proposed one")
            try await expect(
                identity.factors.twoFactor(of: customer.id),
                TwoFactor(method: .totp, secret: [2]))
            try await identity.factors.set(.none, of: customer.id)
            try await expect(identity.factors.twoFactor(of: customer.id), .off)
            try await expect(identity.factors.use(recoveryHash: [8], of: customer.id), false)
        },
        IdentityCheck("each step's code, and each recovery code, is used once") { identity in
            let (customer, _) = try await identity.bank.customer()
            try await identity.factors.propose([2], of: customer.id)
            _ = try await identity.factors.confirm(
                [2], step: 7, recovery: [[8], [9]], of: customer.id)
            try await expect(identity.factors.use(step: 7, of: customer.id), false)
            let steps = try await winners {
                try await identity.factors.use(step: 9, of: customer.id)
            }
            try expect(steps, 1)
            try await expect(identity.factors.use(step: 8, of: customer.id), false)
            let codes = try await winners {
                try await identity.factors.use(recoveryHash: [8], of: customer.id)
            }
            try expect(codes, 1)
            try await expect(identity.factors.use(recoveryHash: [9], of: customer.id), true)
        },
    ]

    private static let challenges: [IdentityCheck] = [
        IdentityCheck("of a hundred tries at once five are looked at") { identity in
            let challenge = try await identity.challenge()
            let tries = try await winners {
                try await identity.challenges.countTry(challenge.id) != nil
            }
            try expect(tries, 5)
        },
        IdentityCheck("a challenge is as it was opened, and completed once") { identity in
            let challenge = try await identity.challenge()
            try await expect(identity.challenges.countTry(challenge.id), challenge)
            let completed = try await winners {
                try await identity.challenges.complete(challenge.id)
            }
            try expect(completed, 1)
            try await expect(identity.challenges.countTry(challenge.id), nil)
        },
        IdentityCheck("an unknown challenge is none") { identity in
            let unknown: ChallengeID = identity.bank.identifiers.next()
            try await expect(identity.challenges.countTry(unknown), nil)
            try await expect(identity.challenges.complete(unknown), false)
        },
        IdentityCheck("a new password ends challenges, closing ends the second factor too") {
            identity in
            let (customer, _) = try await identity.bank.customer()
            try await identity.factors.set(.otp, of: customer.id)
            let challenge = try await identity.challenge(of: customer.id)
            let other = try await identity.challenge()
            let changed = try await identity.change(
                customer,
                .password(
                    from: customer.passwordHash, to: "$scrypt$2",
                    keeping: identity.bank.identifiers.next()))
            try await expect(identity.challenges.countTry(challenge.id), nil)
            try await expect(identity.challenges.countTry(other.id)?.id, other.id)
            try await expect(identity.factors.twoFactor(of: customer.id).method, .otp)
            _ = try await identity.change(changed, .close)
            try await expect(identity.factors.twoFactor(of: customer.id), .off)
        },
    ]

    /// How often it was true, of a hundred times at once.
    static func winners(_ work: @escaping @Sendable () async throws -> Bool) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { try await work() } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}

extension IdentityUnderTest {
    func challenge(
        of customer: CustomerID? = nil, message: OutgoingMessage? = nil
    ) async throws -> Challenge {
        let challenge = Challenge(
            id: bank.identifiers.next(), customerID: customer ?? bank.identifiers.next(),
            method: .otp, codeHash: [1, 2, 3],
            attempt: GuessAttempt(
                id: "a", counters: [GuessAttempt.Mark(name: "$$NOW", isForgiving: true)]),
            device: "$device")
        try await challenges.open(challenge, message: message)
        return challenge
    }
}
