package import Ledger

/// Makes statements: goes through an account's history by seq, a page at a time, and hands the
/// text out as it grows. Memory is bounded, however long the history is.
package struct StatementMaker: Sendable {
    private let histories: any AccountHistory
    private let proof: any LedgerProof
    private let clock: WallClock

    package init(
        histories: any AccountHistory, proof: any LedgerProof, clock: WallClock
    ) {
        self.histories = histories
        self.proof = proof
        self.clock = clock
    }

    /// What a statement will hold: found without reading what it lists.
    func plan(
        of account: Account, _ period: StatementPeriod
    ) async throws -> StatementPlan {
        let now = clock.now
        let before = try await histories.seq(
            of: account.id, before: period.from, last: account.seq)
        let last = try await histories.seq(
            of: account.id, before: period.until, last: account.seq)
        let opening = try await histories.posting(of: account.id, at: before)
        guard last > 0, let end = try await histories.entries(of: account.id, last...last).first,
            let closing = end.posting(of: account.id, at: last)
        else {
            return StatementPlan(account: account, period: period, madeAt: now)
        }
        return StatementPlan(
            account: account, period: period, madeAt: now, before: before, last: last,
            openingBalance: opening?.balanceAfter ?? 0, closingBalance: closing.balanceAfter,
            block: try await proof.block(of: end.id))
    }

    /// The statement's text, part by part.
    func parts(_ plan: StatementPlan, as format: StatementFormat) -> StatementParts {
        StatementParts(plan, format, histories)
    }
}

/// A statement's text while it is being made.
struct StatementParts: Sendable {
    /// Entries that are read at once.
    private static let pageSize: Int64 = 500
    private enum Stage { case beginning, lines, over }

    private let plan: StatementPlan
    private let histories: any AccountHistory
    private var text: StatementText
    private var stage = Stage.beginning
    /// The last entry that was looked at.
    private var seq: Int64

    init(_ plan: StatementPlan, _ format: StatementFormat, _ histories: any AccountHistory) {
        self.plan = plan
        self.histories = histories
        text = StatementText(plan, format)
        seq = plan.before
    }

    /// The next part, perhaps empty; nil at the end.
    ///
    /// - Throws: ``StatementFault`` when the history is not as it must be; ``StoreError``.
    mutating func next() async throws -> [UInt8]? {
        switch stage {
        case .beginning:
            stage = .lines
            return text.beginning()
        case .lines where seq < plan.last:
            return try await lines()
        case .lines:
            stage = .over
            return try text.end()
        case .over:
            return nil
        }
    }

    private mutating func lines() async throws -> [UInt8] {
        let end = min(seq + Self.pageSize, plan.last)
        let entries = try await histories.entries(of: plan.account.id, (seq + 1)...end)
        var lines: [UInt8] = []
        for entry in entries {
            guard let posting = entry.posting(of: plan.account.id, at: seq + 1) else {
                throw StatementFault.gap
            }
            seq += 1
            lines += try text.line(entry, posting)
        }
        guard seq == end else { throw StatementFault.gap }
        return lines
    }
}

/// What a statement is about, before its lines are read.
struct StatementPlan: Sendable {
    let account: Account
    let period: StatementPeriod
    let madeAt: Timestamp
    /// The last seq before the period, and the last one in it or before it.
    var before: Int64 = 0
    var last: Int64 = 0
    var openingBalance: Int64 = 0
    var closingBalance: Int64 = 0
    /// The block that holds the last entry; nil when there is no entry yet.
    var block: ChainHead?

    /// How many entries it looks at.
    var count: Int64 { last - before }
    /// Whether the period was over when it was made: else entries may still come.
    var isComplete: Bool { period.until < madeAt }
}

/// Why a statement can't be made: the books are wrong, and `bankctl verify` says where.
enum StatementFault: Error, Hashable {
    case gap
    case balanceUnexplained
}
