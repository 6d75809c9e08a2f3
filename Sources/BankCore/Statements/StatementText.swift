import Ledger

/// A statement as text, part by part: beginning, lines, end. Counts what it lists, and does not
/// end unless opening balance and lines give the closing balance.
struct StatementText {
    let plan: StatementPlan
    private let format: StatementFormat
    private(set) var totals = StatementTotals()

    init(_ plan: StatementPlan, _ format: StatementFormat) {
        self.plan = plan
        self.format = format
    }

    func beginning() -> [UInt8] {
        switch format {
        case .json: StatementJSON.beginning(plan)
        case .csv: StatementCSV.beginning(plan)
        }
    }

    /// Nothing for an entry that only holds or releases money.
    mutating func line(
        _ entry: Transaction, _ posting: Posting
    ) throws(StatementFault) -> [UInt8] {
        guard posting.amount != 0 else { return [] }
        let isFirst = totals.lines == 0
        totals.add(posting.amount)
        guard Int128(plan.openingBalance) + totals.sum == Int128(posting.balanceAfter) else {
            throw .balanceUnexplained
        }
        let line = StatementLine(entry, posting)
        return switch format {
        case .json: StatementJSON.line(line, isFirst: isFirst, of: plan)
        case .csv: StatementCSV.line(line, of: plan)
        }
    }

    func end() throws(StatementFault) -> [UInt8] {
        guard Int128(plan.openingBalance) + totals.sum == Int128(plan.closingBalance) else {
            throw .balanceUnexplained
        }
        return switch format {
        case .json: StatementJSON.end(plan, totals)
        case .csv: StatementCSV.end(plan, totals)
        }
    }
}

/// What the lines of a statement sum up to, in minor units.
struct StatementTotals: Hashable, Sendable {
    private(set) var lines: Int64 = 0
    /// Both positive.
    private(set) var debits: Int128 = 0
    private(set) var credits: Int128 = 0

    var sum: Int128 { credits - debits }

    mutating func add(_ amount: Int64) {
        lines += 1
        if amount < 0 { debits -= Int128(amount) } else { credits += Int128(amount) }
    }
}

/// One movement, seen from the account.
struct StatementLine: Sendable {
    let entry: Transaction
    /// Signed minor units.
    let amount: Int64
    let balanceAfter: Int64
    let seq: Int64
    /// The other side: number and holder's name only.
    let counterparty: Party

    init(_ entry: Transaction, _ posting: Posting) {
        self.entry = entry
        amount = posting.amount
        balanceAfter = posting.balanceAfter
        seq = posting.seq
        counterparty = posting.accountID == entry.from.accountID ? entry.to : entry.from
    }
}
