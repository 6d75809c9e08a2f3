import BankCore
import ServiceKit

extension IdentityContract {
    static let guesses: [IdentityCheck] = [
        IdentityCheck("as many guesses may be wrong as the limit says") { identity in
            let counter = counter(identity)
            for _ in 0..<3 { _ = try await admitted(identity, [counter]) }
            guard case .refused(let seconds) = try await identity.limits.begin([counter]) else {
                throw Broken("a fourth attempt was let in")
            }
            try expect((880...900).contains(seconds), "the wait is that of the window")
        },
        IdentityCheck("each counter counts for itself, and any may refuse") { identity in
            let wide = counter(identity, count: 15, isForgiving: false)
            for _ in 0..<5 {
                let narrow = counter(identity)
                for _ in 0..<3 { _ = try await admitted(identity, [wide, narrow]) }
            }
            guard case .refused = try await identity.limits.begin([wide, counter(identity)])
            else { throw Broken("a sixteenth was let in") }
        },
        IdentityCheck("what one counter refuses counts in none") { identity in
            let wide = counter(identity, count: 4, isForgiving: false)
            let narrow = counter(identity)
            for _ in 0..<3 { _ = try await admitted(identity, [wide, narrow]) }
            for _ in 0..<3 {
                guard case .refused = try await identity.limits.begin([wide, narrow]) else {
                    throw Broken("a fourth attempt was let in")
                }
            }
            _ = try await admitted(identity, [wide])
        },
        IdentityCheck("a right guess forgets the wrong ones before it") { identity in
            let counter = counter(identity)
            for _ in 0..<2 { _ = try await admitted(identity, [counter]) }
            try await identity.limits.succeed(try await admitted(identity, [counter]))
            for _ in 0..<3 { _ = try await admitted(identity, [counter]) }
        },
        IdentityCheck("a counter that does not forgive takes back the right guess alone") {
            identity in
            let counter = counter(identity, isForgiving: false)
            for _ in 0..<2 { _ = try await admitted(identity, [counter]) }
            for _ in 0..<10 {
                try await identity.limits.succeed(try await admitted(identity, [counter]))
            }
            _ = try await admitted(identity, [counter])
            guard case .refused = try await identity.limits.begin([counter]) else {
                throw Broken("the wrong ones were forgotten")
            }
        },
        IdentityCheck("a hundred guesses at once are counted exactly") { identity in
            let counter = counter(identity)
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        if case .admitted = try await identity.limits.begin([counter]) {
                            return true
                        }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try expect(admitted, 3)
        },
    ]

    private static func counter(
        _ identity: IdentityUnderTest, count: Int = 3, isForgiving: Bool = true
    ) -> GuessCounter {
        GuessCounter(
            name: identity.name(), limit: RateLimit(count: count, windowSeconds: 900),
            isForgiving: isForgiving)
    }

    private static func admitted(
        _ identity: IdentityUnderTest, _ counters: [GuessCounter]
    ) async throws -> GuessAttempt {
        guard case .admitted(let attempt) = try await identity.limits.begin(counters) else {
            throw Broken("an attempt within the limits was refused")
        }
        return attempt
    }
}
