import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import Testing

/// What a search of the journal costs and finds.
@Suite struct SearchTests {
    @Test func `a rare match far behind is found by going on, a bounded part at a time`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000_000)
            let (_, to) = try await bank.customer()
            let rare = try await bank.post(bank.transfer(777, from: from, to: to))
            for _ in 0..<81 {
                _ = try await bank.store.commit(
                    (0..<250).map { _ in .post(bank.transfer(1, from: from, to: to)) })
            }
            var filter = TransactionFilter()
            filter.accountID = to.id
            filter.amountMin = 777
            let first = try await bank.transactions.transactions(filter, PageRequest(limit: 5))
            #expect(first.items.isEmpty && first.hasMore)
            let border = try #require(first.searchedTo)
            let second = try await bank.transactions.transactions(
                filter,
                PageRequest(limit: 5, after: TransactionID(high: border.high, low: border.low)))
            #expect(second.items == [rare])
            #expect(!second.hasMore)
        }
    }

    @Test func `lists and histories go along an index`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (customer, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            for _ in 0..<50 { _ = try await bank.post(bank.transfer(1, from: from, to: to)) }
            for _ in 0..<30 {
                let (_, other) = try await bank.customer(opening: 10)
                _ = try await bank.post(bank.transfer(1, from: other, to: to))
            }
            let examined = try await database.run { connection in
                try connection.explained(["parties": .string(customer.id.description)], limit: 10)
            }
            #expect(examined <= 12)
        }
    }
}

extension MongoConnection {
    /// How many documents the server looks at for a page.
    fileprivate func explained(_ filter: BSONDocument, limit: Int64) throws -> Int64 {
        let reply = try command([
            "explain": [
                "find": .string(Collections.transactions), "filter": .document(filter),
                "sort": ["_id": -1], "limit": .int64(limit),
            ], "verbosity": "executionStats",
        ])
        return try reply.document("executionStats").int64("totalDocsExamined")
    }
}
