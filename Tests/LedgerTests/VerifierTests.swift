import Ledger
import Testing

/// A small bank with two writers, as a storage would hand it to the verifier; the tests change
/// it behind the bank's back.
private struct StoredBank {
    var accounts: [Account]
    var blocks: [Block] = []
    var entries: [TransactionID: JournalEntry] = [:]
    private(set) var heads: [ChainHead] = []

    /// Ten batches of three transfers; the second writer takes over after the fifth.
    init() {
        let book = Book(accounts: World.accounts)
        accounts = Array(book.accounts.values)
        var head: ChainHead?
        for batch in 0..<10 {
            if batch == 5 { head = nil }
            let writer = WriterID(high: 1, low: batch < 5 ? 1 : 2)
            commit(batch, writer: writer, after: &head)
        }
    }

    private mutating func commit(_ batch: Int, writer: WriterID, after head: inout ChainHead?) {
        var book = Book(accounts: accounts)
        for index in 0..<3 {
            _ = book.decide(order(batch * 3 + index), at: World.start)
        }
        let block = Block(
            writer: writer, after: head, heads: head == nil ? heads : [],
            transactions: book.changes.transactions, committedAt: World.start)
        for (index, transaction) in book.changes.transactions.enumerated() {
            let place = BlockPlace(writer: writer, height: block.height, index: index)
            entries[transaction.id] = JournalEntry(transaction: transaction, place: place)
        }
        blocks.append(block)
        accounts = Array(book.accounts.values)
        head = block.head
        heads = [block.head]
    }

    private func order(_ number: Int) -> Order {
        Order(
            id: Self.id(number), type: .deposit, from: .cash(World.usd),
            to: .id(World.account(number % 3).id),
            amount: Money(minorUnits: Int64(number + 1), currency: World.usd),
            initiator: World.staff, requestID: "req-\(number)", idempotency: nil,
            receivedAt: World.start)
    }

    static func id(_ number: Int) -> TransactionID {
        TransactionID(high: 9, low: UInt64(number))
    }

    /// What the verifier says to it.
    func report(knownHeads: [ChainHead] = []) -> LedgerReport {
        var verifier = LedgerVerifier(knownHeads: knownHeads)
        var named: Set<TransactionID> = []
        for block in blocks {
            let readings = block.entries.map { entry in
                entries[entry.id].map(EntryReading.read) ?? .missing
            }
            verifier.add(block, entries: readings)
            named.formUnion(block.entries.map(\.id))
        }
        for (id, entry) in entries where !named.contains(id) {
            verifier.addUnnamed(entry.transaction)
        }
        for account in accounts { verifier.add(account) }
        return verifier.finish()
    }
}

@Suite struct VerifierTests {
    @Test func `a sound bank is clean`() {
        let report = StoredBank().report()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.transactions == 30)
        #expect(report.blocks == 10)
        #expect(report.heads.map(\.height) == [5, 5])
    }

    @Test(arguments: 0..<30)
    func `a changed amount is found where it is`(number: Int) throws {
        var bank = StoredBank()
        let id = StoredBank.id(number)
        let entry = try #require(bank.entries[id])
        bank.entries[id] = entry.changed { $0.amount + 1 }
        #expect(bank.report().findings.contains(.entryChanged(id, entry.place)))
    }

    @Test func `a changed description is found although no sum changes`() throws {
        var bank = StoredBank()
        let id = StoredBank.id(7)
        let entry = try #require(bank.entries[id])
        bank.entries[id] = entry.described("forged")
        #expect(bank.report().findings == [.entryChanged(id, entry.place)])
    }

    @Test func `a removed entry is found where it was`() throws {
        var bank = StoredBank()
        let id = StoredBank.id(7)
        let place = try #require(bank.entries[id]).place
        bank.entries[id] = nil
        #expect(bank.report().findings.first == .entryRemoved(id, place))
    }

    @Test func `an inserted entry is found`() throws {
        var bank = StoredBank()
        let entry = try #require(bank.entries[StoredBank.id(7)])
        let forged = entry.renamed(StoredBank.id(100))
        bank.entries[forged.transaction.id] = forged
        #expect(bank.report().findings.contains(.entryInserted(StoredBank.id(100))))
    }

    @Test func `entries that changed places are found`() throws {
        var bank = StoredBank()
        let first = try #require(bank.entries[StoredBank.id(3)])
        let second = try #require(bank.entries[StoredBank.id(4)])
        bank.entries[StoredBank.id(3)] = JournalEntry(
            transaction: first.transaction, place: second.place)
        bank.entries[StoredBank.id(4)] = JournalEntry(
            transaction: second.transaction, place: first.place)
        #expect(
            bank.report().findings == [
                .entryReordered(StoredBank.id(3), first.place),
                .entryReordered(StoredBank.id(4), second.place),
            ])
    }

    @Test func `a block with exchanged entries is found`() {
        var bank = StoredBank()
        let block = bank.blocks[2]
        bank.blocks[2] = Block(
            writer: block.writer, height: block.height, previous: block.previous,
            heads: block.heads, entries: block.entries.reversed(),
            committedAt: block.committedAt, hash: block.hash)
        #expect(bank.report().findings.first == .blockChanged(block.head))
    }

    @Test func `a block that was forged with a fitting hash does not fit the next one`() {
        var bank = StoredBank()
        let block = bank.blocks[2]
        bank.blocks[2] = Block(
            writer: block.writer, after: bank.blocks[1].head, heads: [],
            transactions: block.entries.reversed().compactMap { bank.entries[$0.id]?.transaction },
            committedAt: block.committedAt)
        #expect(
            bank.report().findings.contains(.blockUnlinked(block.writer, height: 4)))
    }

    @Test func `a removed block is found by its height`() {
        var bank = StoredBank()
        let block = bank.blocks.remove(at: 2)
        for entry in block.entries { bank.entries[entry.id] = nil }
        #expect(
            bank.report().findings.contains(.blocksRemoved(block.writer, height: 4)))
    }

    @Test func `the cut tail of a former writer is seen by the chain that followed it`() {
        var bank = StoredBank()
        let block = bank.blocks.remove(at: 4)
        #expect(bank.report().findings.contains(.tailCut(block.head)))
    }

    @Test func `the cut tail of the last chain is seen by the accounts`() {
        var bank = StoredBank()
        let block = bank.blocks.removeLast()
        for entry in block.entries { bank.entries[entry.id] = nil }
        let report = bank.report()
        #expect(!report.isClean)
    }

    @Test func `a tail that was cut together with its balances is seen against a kept head`() {
        let whole = StoredBank()
        var bank = whole
        let block = bank.blocks.removeLast()
        for entry in block.entries {
            guard let transaction = bank.entries.removeValue(forKey: entry.id)?.transaction
            else { continue }
            bank.undo(transaction)
        }
        #expect(bank.report().isClean)
        #expect(
            bank.report(knownHeads: whole.report().heads).findings == [.tailCut(block.head)])
    }

    @Test func `money made on an account is found there and in the sum`() throws {
        var bank = StoredBank()
        let index = try #require(bank.accounts.firstIndex { $0.id == World.account(0).id })
        bank.accounts[index].posted += 1
        let findings = bank.report().findings
        #expect(findings.count == 2)
        #expect(findings.last == .currencyUnbalanced(World.usd, sum: "1"))
    }

    @Test func `an account that vanished is missed`() throws {
        var bank = StoredBank()
        bank.accounts.removeAll { $0.id == World.account(0).id }
        #expect(bank.report().findings.contains(.accountMissing(World.account(0).id)))
    }

    @Test func `findings are bounded and all are counted`() {
        var bank = StoredBank()
        bank.entries = [:]
        var verifier = LedgerVerifier(findingsMax: 3)
        for block in bank.blocks {
            verifier.add(block, entries: block.entries.map { _ in .missing })
        }
        let report = verifier.finish()
        #expect(report.findings.count == 3)
        #expect(report.findingCount == 30)
    }
}

extension StoredBank {
    /// Takes an entry back from its accounts, as a forger would.
    fileprivate mutating func undo(_ transaction: Transaction) {
        for posting in transaction.postings {
            for index in accounts.indices where accounts[index].id == posting.accountID {
                accounts[index].posted -= posting.amount
                accounts[index].seq -= 1
            }
        }
    }
}

extension JournalEntry {
    fileprivate func changed(_ amount: (Posting) -> Int64) -> JournalEntry {
        let postings = transaction.postings.map { posting in
            Posting(
                accountID: posting.accountID, customerID: posting.customerID,
                amount: amount(posting), heldChange: posting.heldChange,
                balanceAfter: posting.balanceAfter, heldAfter: posting.heldAfter,
                availableAfter: posting.availableAfter, seq: posting.seq)
        }
        return copy(postings: postings)
    }

    fileprivate func described(_ text: String) -> JournalEntry {
        copy(details: Details(description: text))
    }

    fileprivate func renamed(_ id: TransactionID) -> JournalEntry { copy(id: id) }

    private func copy(
        id: TransactionID? = nil, postings: [Posting]? = nil, details: Details? = nil
    ) -> JournalEntry {
        let old = transaction
        let copy = Transaction(
            id: id ?? old.id, type: old.type, amount: old.amount, from: old.from, to: old.to,
            postings: postings ?? old.postings, refusal: old.refusal, initiator: old.initiator,
            requestID: old.requestID, idempotency: old.idempotency,
            details: details ?? old.details, parent: old.parent, receivedAt: old.receivedAt,
            committedAt: old.committedAt)
        return JournalEntry(transaction: copy, place: place)
    }
}
