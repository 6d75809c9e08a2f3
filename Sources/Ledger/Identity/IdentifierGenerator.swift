/// Where time comes from: a dependency, so that tests and simulations set it.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp
    package init(_ read: @escaping @Sendable () -> Timestamp) { self.read = read }
    package var now: Timestamp { read() }
}

/// Makes identifiers from a clock and a source of random bits, both passed in.
package struct IdentifierGenerator: Sendable {
    private let clock: WallClock
    private let random: @Sendable () -> UInt64

    package init(
        clock: WallClock,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.clock = clock
        self.random = random
    }

    package func next<Kind: IdentifierKind>(
        _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) -> Identifier<Kind> {
        next(at: clock.now)
    }

    /// For something that was made at `time`.
    package func next<Kind: IdentifierKind>(
        _: Identifier<Kind>.Type = Identifier<Kind>.self, at time: Timestamp
    ) -> Identifier<Kind> {
        Identifier(time: time, random: (random(), random()))
    }

    /// A random account number with its check digit.
    package func nextAccountNumber() -> AccountNumber {
        AccountNumber(body: random() % 1_000_000_000)
    }
}
