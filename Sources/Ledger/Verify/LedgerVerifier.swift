/// Recomputes the books from the journal and the chain, and says where they are wrong.
///
/// Streaming: feed it every block with its entries (each writer's blocks in order of height),
/// then the entries that no block names, every account and every hold; ``finish()`` gives the report.
/// Memory: one small record for each account and each writer.
package struct LedgerVerifier: Sendable {
    private var chains = ChainVerifier()
    private var trails: [AccountID: AccountTrail] = [:]
    private var endings = EndingTrail()
    private var holdEntries = 0
    private var sums: [Currency: Int128] = [:]
    private var report: LedgerReport

    /// - Parameters:
    ///   - knownHeads: heads kept elsewhere, against which a cut tail shows.
    ///   - findingsMax: how many findings are kept; the others are only counted.
    package init(knownHeads: [ChainHead] = [], findingsMax: Int = 100) {
        self.report = LedgerReport(findingsMax: findingsMax)
        for head in knownHeads { chains.expect(head) }
    }

    /// Whether nothing was found so far.
    package var isCleanSoFar: Bool { report.isClean }

    /// A block, and the entries that it names as the journal has them, in the same order.
    package mutating func add(_ block: Block, entries: [EntryReading]) {
        report.blocks += 1
        report.record(chains.add(block))
        for (index, named) in block.entries.enumerated() {
            let place = BlockPlace(writer: block.writer, height: block.height, index: index)
            let reading = entries.indices.contains(index) ? entries[index] : .missing
            guard case .read(let entry) = reading else {
                report.record([
                    reading == .missing
                        ? .entryRemoved(named.id, place) : .entryChanged(named.id, place)
                ])
                continue
            }
            if entry.transaction.entryHash != named.hash {
                report.record([.entryChanged(named.id, place)])
            } else if entry.place != place {
                report.record([.entryReordered(named.id, place)])
            }
            addPostings(of: entry.transaction)
        }
    }

    /// An entry of the journal that no block names.
    package mutating func addUnnamed(_ transaction: Transaction) {
        report.record([.entryInserted(transaction.id)])
        addPostings(of: transaction)
    }

    /// A block, an entry or an account that can't be read: someone has changed its shape.
    package mutating func addUnreadable(_ id: String) { report.record([.unreadable(id)]) }

    package mutating func add(_ account: Account) {
        report.accounts += 1
        sums[account.currency, default: 0] += Int128(account.posted)
        var trail = trails.removeValue(forKey: account.id) ?? AccountTrail()
        report.record(trail.finish(account.id))
        if (account.posted, account.held, account.seq) != (trail.posted, trail.held, trail.seq) {
            report.record([
                .accountDiffers(
                    account.id,
                    stored: "posted \(account.posted), held \(account.held), seq \(account.seq)",
                    derived: "posted \(trail.posted), held \(trail.held), seq \(trail.seq)")
            ])
        }
        if !account.isBanksOwn, account.posted < -account.overdraftLimit {
            report.overdrawn += 1
        }
    }

    /// A hold, its entry of the journal, and the entry that ended it.
    package mutating func add(_ hold: Hold, entry: Transaction?, endedBy end: Transaction?) {
        report.holds += 1
        var told = entry.flatMap(Hold.init)
        if let settlement = end.flatMap(Settlement.init), settlement.hold == told?.id {
            told?.settle(settlement)
        }
        if told != hold { report.record([.holdDiffers(hold.id)]) }
    }

    package consuming func finish() -> LedgerReport {
        if report.holds != holdEntries {
            report.record([.holdsMiscounted(stored: report.holds, entries: holdEntries)])
        }
        report.record(chains.finish())
        report.record(endings.finish())
        for (id, _) in trails.sorted(by: { $0.key < $1.key }) {
            report.record([.accountMissing(id)])
        }
        for (currency, sum) in sums.sorted(by: { $0.key.code < $1.key.code }) where sum != 0 {
            report.record([.currencyUnbalanced(currency, sum: String(sum))])
        }
        report.heads = chains.heads
        return report
    }

    private mutating func addPostings(of transaction: Transaction) {
        report.transactions += 1
        report.record(endings.add(transaction))
        if Hold(transaction) != nil { holdEntries += 1 }
        let sum = transaction.postings.reduce(Int128(0)) { $0 + Int128($1.amount) }
        if sum != 0 { report.record([.unbalanced(transaction.id)]) }
        for posting in transaction.postings {
            report.record(trails[posting.accountID, default: AccountTrail()].add(posting))
        }
    }
}

/// A transaction and the place that its document says it has in the chain.
package struct JournalEntry: Hashable, Sendable {
    package let transaction: Transaction
    package let place: BlockPlace

    package init(transaction: Transaction, place: BlockPlace) {
        self.transaction = transaction
        self.place = place
    }
}

/// What the journal has under an id.
package enum EntryReading: Hashable, Sendable {
    case read(JournalEntry)
    case missing
    /// It is there, but has lost its shape.
    case unreadable
}

/// What the verifier saw.
package struct LedgerReport: Hashable, Sendable {
    package internal(set) var transactions = 0
    package internal(set) var blocks = 0
    package internal(set) var accounts = 0
    package internal(set) var holds = 0
    /// Accounts below zero by more than their overdraft allows now: lowering a limit may do it.
    package internal(set) var overdrawn = 0
    package private(set) var findings: [Finding] = []
    /// All findings, also those that were not kept.
    package private(set) var findingCount = 0
    /// The chains' heads, to be kept elsewhere.
    package internal(set) var heads: [ChainHead] = []
    private let findingsMax: Int
    /// Of the entries that no block names, so many are looked at one by one in a part.
    package static let unnamedMax = 1_000

    init(findingsMax: Int) { self.findingsMax = findingsMax }

    package var isClean: Bool { findingCount == 0 }

    mutating func record(_ new: [Finding]) {
        findingCount += new.count
        findings.append(contentsOf: new.prefix(max(0, findingsMax - findings.count)))
    }
}
