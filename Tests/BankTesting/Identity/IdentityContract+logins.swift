import BankCore
import ServiceKit

extension IdentityContract {
    private static let limit = LoginLimit(perEmail: RateLimit(count: 3, windowSeconds: 900))

    static let logins: [IdentityCheck] = [
        IdentityCheck("as many log-ins may fail for an e-mail as the limit says") { identity in
            let email = identity.email()
            for _ in 0..<3 {
                _ = try await admitted(identity, email, identity.address())
            }
            let refused = try await identity.limits.begin(
                emailKey: email, address: identity.address(), limits: limit)
            guard case .refused(let seconds) = refused else {
                throw Broken("a fourth attempt was let in")
            }
            try expect((880...900).contains(seconds), "the wait is that of the window")
        },
        IdentityCheck("five times as many may fail for an address") { identity in
            let address = identity.address()
            for _ in 0..<15 { _ = try await admitted(identity, identity.email(), address) }
            let refused = try await identity.limits.begin(
                emailKey: identity.email(), address: address, limits: limit)
            guard case .refused = refused else { throw Broken("a sixteenth was let in") }
        },
        IdentityCheck("a right password forgets the e-mail's failures") { identity in
            let (email, address) = (identity.email(), identity.address())
            for _ in 0..<2 { _ = try await admitted(identity, email, address) }
            try await identity.limits.succeed(try await admitted(identity, email, address))
            for _ in 0..<3 { _ = try await admitted(identity, email, address) }
        },
        IdentityCheck("right passwords do not count against the address") { identity in
            let address = identity.address()
            for _ in 0..<30 {
                let attempt = try await admitted(identity, identity.email(), address)
                try await identity.limits.succeed(attempt)
            }
        },
        IdentityCheck("a hundred guesses at once are counted exactly") { identity in
            let email = identity.email()
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        let verdict = try await identity.limits.begin(
                            emailKey: email, address: identity.address(), limits: limit)
                        if case .admitted = verdict { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try expect(admitted, 3)
        },
    ]

    private static func admitted(
        _ identity: IdentityUnderTest, _ email: String, _ address: ClientAddress
    ) async throws -> LoginAttempt {
        let verdict = try await identity.limits.begin(
            emailKey: email, address: address, limits: limit)
        guard case .admitted(let attempt) = verdict else {
            throw Broken("an attempt within the limits was refused")
        }
        return attempt
    }
}
