/// A transfer to send; accounts are indices into the list of payers.
package struct TransferOrder: Hashable, Sendable {
    /// Counts from 0; it is part of the idempotency key.
    package let number: Int
    package let from: Int
    package let to: Int
    /// Minor units.
    package let amount: Int64
}

/// Draws the transfers of a run, the same ones for the same seed.
package struct TransferPicker: Sendable {
    package enum Pattern: Sendable {
        /// Both sides at random.
        case uniform
        /// Everything into the first account.
        case hot
    }

    private let accounts: Int
    private let pattern: Pattern
    private let amountMax: Int64
    private var generator: SplitMix64
    private var number = 0

    /// `accounts` at least 2, `amountMax` at least 1.
    package init(accounts: Int, pattern: Pattern, amountMax: Int64, seed: UInt64) {
        self.accounts = max(2, accounts)
        self.pattern = pattern
        self.amountMax = max(1, amountMax)
        self.generator = SplitMix64(seed: seed)
    }

    package mutating func next() -> TransferOrder {
        let to =
            switch pattern {
            case .uniform: Int.random(in: 0..<accounts, using: &generator)
            case .hot: 0
            }
        let other = Int.random(in: 0..<accounts - 1, using: &generator)
        let order = TransferOrder(
            number: number, from: other < to ? other : other + 1, to: to,
            amount: Int64.random(in: 1...amountMax, using: &generator))
        number += 1
        return order
    }
}

/// A small seeded generator. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
