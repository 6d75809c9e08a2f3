package import BankCore
package import Ledger
package import Mongo

/// Commits batches of commands on MongoDB: one multi-document transaction a batch.
///
/// Within the transaction: read the touched accounts, customers and earlier entries; run the
/// rules; write one net update an account, the entries, their block of the hash chain, and what
/// else is new. Any number of processes and lanes may commit at once: what collides is rerun.
package final class MongoLedgerStore: LedgerStore {
    private let database: MongoDatabase
    private let clock: WallClock
    private let identifiers: IdentifierGenerator
    private let chains: WriterChains
    private let types = CatalogueCache()

    /// The database must have been migrated (``Migrator``).
    package init(
        _ database: MongoDatabase, clock: WallClock, identifiers: IdentifierGenerator
    ) {
        self.database = database
        self.clock = clock
        self.identifiers = identifiers
        self.chains = WriterChains(clock: clock, identifiers: identifiers)
    }

    package func commit(
        _ commands: [LedgerCommand]
    ) async throws(StoreError) -> [LedgerOutcome] {
        let chain = chains.borrow()
        let commit = LedgerCommit(
            commands: commands, needs: LedgerNeeds(of: commands), chain: chain, types: types,
            clock: clock, identifiers: identifiers)
        do {
            let (outcomes, next) = try await database.transaction { transaction in
                try commit.run(in: transaction)
            }
            chains.giveBack(next)
            return outcomes
        } catch {
            let fault = StoreError.reported(error)
            if fault != .outcomeUnknown { chains.giveBack(chain) }
            throw fault
        }
    }

    package func preview(
        _ command: LedgerCommand
    ) async throws(StoreError) -> LedgerOutcome {
        let needs = LedgerNeeds(of: [command])
        let (types, clock, identifiers) = (types, clock, identifiers)
        do {
            return try await database.transaction { transaction in
                var batch = try transaction.batch(
                    for: needs, types, at: clock.now, identifiers)
                return batch.decide(command)
            }
        } catch {
            throw StoreError.reported(error)
        }
    }
}

extension MongoTransaction {
    /// All that the rules need to decide the commands, as one snapshot.
    fileprivate func batch(
        for needs: LedgerNeeds, _ types: CatalogueCache, at time: Timestamp,
        _ identifiers: IdentifierGenerator
    ) throws -> LedgerBatch {
        // What needs no types is not decided by them.
        let catalogue = needs.types ? try types.catalogue(in: self) : .builtIn
        return LedgerBatch(
            book: try book(for: needs, by: catalogue), known: try customers(needs),
            taken: try taken(needs.identities), at: time, identifiers: identifiers)
    }
}

/// The body of a batch's transaction. It may run several times, and has no effect but in it.
private struct LedgerCommit: Sendable {
    let commands: [LedgerCommand]
    let needs: LedgerNeeds
    let chain: WriterChain
    let types: CatalogueCache
    let clock: WallClock
    let identifiers: IdentifierGenerator

    func run(
        in transaction: borrowing MongoTransaction
    ) throws -> (outcomes: [LedgerOutcome], chain: WriterChain) {
        let time = clock.now
        var batch = try transaction.batch(for: needs, types, at: time, identifiers)
        let outcomes = batch.decide(commands)
        var chain = chain
        let block = try nextBlock(of: batch.book.changes, at: time, in: transaction)
        try transaction.write(batch, block: block, blockID: chain.identifiers.next())
        if let block { chain.head = block.head }
        return (outcomes, chain)
    }

    /// Nil when the batch has nothing for the journal.
    private func nextBlock(
        of changes: Changes, at time: Timestamp, in transaction: borrowing MongoTransaction
    ) throws -> Block? {
        guard !changes.transactions.isEmpty else { return nil }
        let heads = chain.head == nil ? try transaction.chainTips() : []
        return Block(
            writer: chain.writer, after: chain.head, heads: heads,
            transactions: changes.transactions, committedAt: time)
    }
}
