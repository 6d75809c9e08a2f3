/// The smallest and the largest amount of one order, minor units, both of them allowed. Nil: no
/// limit but the ledger's, which is 1…2^53−1.
package struct AmountLimits: Hashable, Sendable {
    package var minimum: Int64?
    package var maximum: Int64?

    package static let none = AmountLimits()

    package init(minimum: Int64? = nil, maximum: Int64? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether there is an amount that both limits let through.
    var areOrdered: Bool {
        guard let minimum, let maximum else { return true }
        return minimum <= maximum
    }

    func isUndercut(by amount: Int64) -> Bool { minimum.map { amount < $0 } == true }

    func isExceeded(by amount: Int64) -> Bool { maximum.map { amount > $0 } == true }
}
