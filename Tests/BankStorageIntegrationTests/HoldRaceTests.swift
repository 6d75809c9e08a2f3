import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import ServiceKit
import Testing

/// Several processes at one hold: MongoDB is what they have in common.
@Suite struct HoldRaceTests {
    @Test func `of fifty captures, voids and expiries at once exactly one wins`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let stores: [any LedgerStore] = [bank.store, database.bank.store, database.bank.store]
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            for round in 0..<4 {
                // In odd rounds its time is over at once: then only the bank may end it.
                let isOver = round % 2 == 1
                let entry = try await bank.post(
                    bank.hold(40, from: from, to: to, seconds: isOver ? 0 : 3_600))
                let orders = (0..<50).map { index in
                    switch index % 3 {
                    case 0: bank.capture(40, of: entry)
                    case 1: bank.release(of: entry)
                    default: bank.release(of: entry, by: bank.itself)
                    }
                }
                let outcomes = try await perform(orders, on: stores)
                let winners = outcomes.compactMap { outcome -> Transaction? in
                    guard case .recorded(let entry, _) = outcome else { return nil }
                    return entry.refusal == nil ? entry : nil
                }
                #expect(winners.count == 1)
                #expect(outcomes.count { $0 == .rejected(.holdNotPending) } == 49)
                let isBanks = winners.first?.initiator.authority == .bank
                #expect(isBanks == isOver)
                let stored = try await bank.transactions.transaction(entry.id)
                #expect(stored?.ending?.entryID == winners.first?.id)
                let hold = try await bank.holds.hold(HoldID(of: entry.id))
                #expect(hold?.status.rawValue == stored?.status.rawValue)
            }
            let account = try await bank.accounts.account(.id(from.id))
            #expect(account?.held == 0)
            let report = try await MongoVerification(database).verify()
            #expect(report.isClean, "\(report.findings)")
        }
    }

    @Test func `holds and transfers at once never spend what is not there`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let stores: [any LedgerStore] = [bank.store, database.bank.store]
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let orders = (0..<60).map { index in
                index % 2 == 0
                    ? bank.hold(10, from: from, to: to) : bank.transfer(10, from: from, to: to)
            }
            _ = try await perform(orders, on: stores)
            let account = try #require(try await bank.accounts.account(.id(from.id)))
            #expect(account.available == 0)
            #expect(account.seq == 11)
            let report = try await MongoVerification(database).verify()
            #expect(report.isClean, "\(report.findings)")
        }
    }

    /// All at once, spread over the stores; what meets another commit is tried again.
    private func perform(
        _ orders: [Order], on stores: [any LedgerStore]
    ) async throws -> [LedgerOutcome] {
        try await withThrowingTaskGroup { group in
            for (index, order) in orders.enumerated() {
                let store = stores[index % stores.count]
                group.addTask {
                    while true {
                        do throws(StoreError) {
                            return try await store.commit([.post(order)])
                        } catch .unavailable, .outcomeUnknown {
                            // By its key an order happens once, however often it is tried.
                            continue
                        }
                    }
                }
            }
            var outcomes: [LedgerOutcome] = []
            for try await result in group { outcomes += result }
            return outcomes
        }
    }
}
