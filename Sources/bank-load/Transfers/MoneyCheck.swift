/// Compares what the bank says its accounts hold with the client's own books.
///
/// The invariants have the numbers of docs/load.md. I3 and I4 are decided together: an account
/// that moved by exactly the acknowledged amounts, in exactly as many postings, has neither lost
/// nor doubled one, and no refused order has touched it.
package struct MoneyCheck: Sendable {
    package static let violationsShown = 20

    package private(set) var violations: [String] = []
    package private(set) var violationCount = 0
    package private(set) var accountsChecked = 0
    package private(set) var accountsUndecided = 0
    package private(set) var sumOfChanges: Int64 = 0

    /// - Parameters:
    ///   - names: how the accounts are called in a violation, in the order of the books.
    ///   - unresolved: orders whose outcome is still unknown; their accounts can't be judged.
    package init(
        before: [Balance], after: [Balance], books: Books, names: [String],
        unresolved: [TransferOrder]
    ) {
        let undecided = Set(unresolved.flatMap { [$0.from, $0.to] })
        for (index, expected) in books.movements.enumerated() {
            guard index < before.count, index < after.count, index < names.count else { break }
            let (change, overflow) = after[index].posted.subtractingReportingOverflow(
                before[index].posted)
            sumOfChanges &+= change
            if after[index].available < 0 {
                add("I2: \(names[index]) is below its floor: available \(after[index].available)")
            }
            guard !undecided.contains(index) else {
                accountsUndecided += 1
                continue
            }
            accountsChecked += 1
            let entries = after[index].seq - before[index].seq
            if overflow || change != expected.amount || entries != expected.entries {
                add(
                    "I3/I4: \(names[index]) moved by \(change) in \(entries) entries, "
                        + "acknowledged were \(expected.amount) in \(expected.entries)")
            }
        }
        if sumOfChanges != 0 { add("I1: the accounts' sum moved by \(sumOfChanges)") }
        if !unresolved.isEmpty {
            add("I5: \(unresolved.count) orders are still unknown after retries with their keys")
        }
    }

    package mutating func add(_ violation: String) {
        violationCount += 1
        if violations.count < Self.violationsShown { violations.append(violation) }
    }

    package var holds: Bool { violationCount == 0 }
}
