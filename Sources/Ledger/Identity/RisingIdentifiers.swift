/// Makes identifiers each of which sorts after the one before, also within a millisecond and
/// when the clock is set back.
///
/// The 74 random bits stay hard to guess: within a millisecond they rise by a random step.
/// Source: RFC 9562 section 6.2, method 2 (monotonic random).
package struct RisingIdentifiers<Kind: IdentifierKind>: Sendable {
    private static var randomBits: Int { 74 }
    private let clock: WallClock
    private let random: @Sendable () -> UInt64
    /// Milliseconds and, below them, the random bits: one number that only rises.
    private var last: UInt128 = 0

    package init(
        clock: WallClock,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.clock = clock
        self.random = random
    }

    package mutating func next() -> Identifier<Kind> {
        let milliseconds = UInt128(UInt64(clamping: clock.now.milliseconds))
        let bits = UInt128(random()) << 64 | UInt128(random())
        let fresh = milliseconds << Self.randomBits | bits >> (128 - Self.randomBits)
        let step = 1 + (bits & 0xFFFF_FFFF)
        last = max(fresh, last &+ step)
        return Identifier(
            time: Timestamp(milliseconds: Int64(clamping: last >> Self.randomBits)),
            random: (UInt64(truncatingIfNeeded: last >> 62), UInt64(truncatingIfNeeded: last)))
    }
}
