import DequeModule
import Ledger

/// The commands of one workload that wait, first come first served on each account.
struct PostingLine<Waiter: Sendable>: Sendable {
    private var entries: Deque<PostingEntry<Waiter>> = []
    /// How many waiting commands have each claim.
    private var claims: [Claim: Int] = [:]

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    /// Whether a command that waits already has one of these claims, and so goes first.
    func holdsAny(of wanted: [Claim]) -> Bool {
        !claims.isEmpty && wanted.contains { claims[$0] != nil }
    }

    mutating func append(_ entry: PostingEntry<Waiter>) {
        entries.append(entry)
        for claim in entry.claims { claims[claim, default: 0] += 1 }
    }

    /// Takes the first `limit` commands whose claims are free. A command that can't go holds
    /// back those behind it with which it shares a claim.
    mutating func take(
        _ limit: Int, claimed: Set<Claim>, passedOverMax: Int
    ) -> [PostingEntry<Waiter>] {
        var taken: [PostingEntry<Waiter>] = []
        var passedOver: [PostingEntry<Waiter>] = []
        var blocked: Set<Claim> = []
        while taken.count < limit, passedOver.count < passedOverMax,
            let entry = entries.popFirst()
        {
            if entry.claims.contains(where: { claimed.contains($0) || blocked.contains($0) }) {
                blocked.formUnion(entry.claims)
                passedOver.append(entry)
            } else {
                forget(entry)
                taken.append(entry)
            }
        }
        entries.prepend(contentsOf: passedOver)
        return taken
    }

    /// Takes out the commands whose deadline has come. They stand in the order of deadlines.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [PostingEntry<Waiter>] {
        var expired: [PostingEntry<Waiter>] = []
        while let first = entries.first, first.deadline <= now {
            entries.removeFirst()
            forget(first)
            expired.append(first)
        }
        return expired
    }

    mutating func takeAll() -> [PostingEntry<Waiter>] {
        defer { self = PostingLine() }
        return Array(entries)
    }

    private mutating func forget(_ entry: PostingEntry<Waiter>) {
        for claim in entry.claims {
            guard let count = claims[claim] else { continue }
            claims[claim] = count > 1 ? count - 1 : nil
        }
    }
}

/// A command in the engine and who waits for its outcome.
struct PostingEntry<Waiter: Sendable>: Sendable {
    let command: LedgerCommand
    let claims: [Claim]
    let scope: IdempotencyScope?
    let deadline: ContinuousClock.Instant
    /// Nil once answered.
    var waiter: Waiter?
}
