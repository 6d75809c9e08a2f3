/// What the postings of one account say so far, taken in any order.
///
/// Postings that come before their turn wait; where batches of several writers touch an account
/// they come nearly in order, so few ever wait.
struct AccountTrail {
    private(set) var posted: Int64 = 0
    private(set) var held: Int64 = 0
    private(set) var seq: Int64 = 0
    private var waiting: [Int64: Posting] = [:]
    private(set) var isBroken = false

    /// Takes one more posting; returns what is wrong with those whose turn it is now.
    mutating func add(_ posting: Posting) -> [Finding] {
        guard posting.seq > seq, waiting[posting.seq] == nil else {
            return [.seqRepeated(posting.accountID, seq: posting.seq)]
        }
        waiting[posting.seq] = posting
        var findings: [Finding] = []
        while let next = waiting.removeValue(forKey: seq + 1) {
            if let finding = follow(next) { findings.append(finding) }
        }
        return findings
    }

    /// What is left when no posting comes any more: a gap, and all that waits behind it.
    mutating func finish(_ account: AccountID) -> [Finding] {
        var findings: [Finding] = []
        for (found, posting) in waiting.sorted(by: { $0.key < $1.key }) {
            if found != seq + 1 {
                findings.append(.seqGap(account, expected: seq + 1, found: found))
                posted = posting.balanceAfter
                held = posting.heldAfter
                seq = posting.seq
                isBroken = true
            } else if let finding = follow(posting) {
                findings.append(finding)
            }
        }
        waiting = [:]
        return findings
    }

    private mutating func follow(_ posting: Posting) -> Finding? {
        let sum = posted.addingReportingOverflow(posting.amount)
        let heldSum = held.addingReportingOverflow(posting.heldChange)
        let isExplained =
            !sum.overflow && !heldSum.overflow && sum.partialValue == posting.balanceAfter
            && heldSum.partialValue == posting.heldAfter
        posted = posting.balanceAfter
        held = posting.heldAfter
        seq = posting.seq
        if isExplained { return nil }
        isBroken = true
        return .balanceUnexplained(posting.accountID, seq: posting.seq)
    }
}
