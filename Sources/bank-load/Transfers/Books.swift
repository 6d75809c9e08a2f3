/// The client's own books: what each account must have moved by, from the replies alone.
package struct Books: Sendable {
    package struct Movement: Hashable, Sendable {
        /// Signed minor units.
        package var amount: Int64 = 0
        /// Postings, and so the rise of the account's seq.
        package var entries: Int64 = 0
    }

    package private(set) var movements: [Movement]
    package private(set) var posted = 0
    package private(set) var refused: [String: Int] = [:]
    package private(set) var rejected: [String: Int] = [:]
    package private(set) var unknown: [String: Int] = [:]

    package init(accounts: Int) {
        movements = Array(repeating: Movement(), count: max(0, accounts))
    }

    package mutating func enter(_ order: TransferOrder, _ verdict: WireVerdict) {
        switch verdict {
        case .posted:
            posted += 1
            movements[order.from].amount -= order.amount
            movements[order.from].entries += 1
            movements[order.to].amount += order.amount
            movements[order.to].entries += 1
        case .refused(let code): refused[code, default: 0] += 1
        case .rejected(let code): rejected[code, default: 0] += 1
        case .unknown(let code): unknown[code, default: 0] += 1
        }
    }

    package static func sum(_ counts: [String: Int]) -> Int { counts.values.reduce(0, +) }
}
