import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import Testing

/// The feed while several writers commit at once.
@Suite struct EventTests {
    /// Walks on from a place until there is nothing more.
    private func walk(
        _ events: MongoEvents, from position: inout EventPosition, viewer: CustomerID? = nil,
        limit: Int = 7
    ) async throws -> [Transaction] {
        var found: [Transaction] = []
        while true {
            let page = try await events.events(after: position, viewer: viewer, limit: limit)
            found += page.items.map(\.transaction)
            position = page.next
            if !page.hasMore { return found }
        }
    }

    @Test func `nothing is skipped and nothing comes twice while four writers commit`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            var accounts: [Account] = []
            for _ in 0..<8 { accounts.append(try await bank.customer(opening: 10_000).account) }
            let pairs = (0..<4).map { (accounts[2 * $0], accounts[2 * $0 + 1]) }
            let events = MongoEvents(database)
            let writing = Task {
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for (from, to) in pairs {
                        let writer = database.bank
                        writers.addTask {
                            for _ in 0..<25 {
                                _ = try await writer.store.commit(
                                    (0..<3).map { _ in
                                        .post(writer.transfer(1, from: from, to: to))
                                    })
                            }
                        }
                    }
                    try await writers.waitForAll()
                }
            }
            // 8 openings and 300 transfers; one look more, in case something comes twice.
            var position = EventPosition.beginning
            var seen: [TransactionID] = []
            let end = ContinuousClock.now + .seconds(30)
            while seen.count < 308, ContinuousClock.now < end {
                seen += try await walk(events, from: &position).map(\.id)
            }
            try await writing.value
            seen += try await walk(events, from: &position).map(\.id)
            let all = try await database.run { connection in
                try connection.find(
                    Collections.transactions, [:], FindOptions(projection: ["_id": 1])
                )
                .map { try $0.identifier("_id", TransactionID.self) }
            }
            #expect(seen.count == Set(seen).count, "none comes twice")
            #expect(Set(seen) == Set(all), "none is skipped")
        }
    }

    @Test func `an entry with an older id that is committed later is told`() async throws {
        try await withDatabase { database in
            let early = database.bank
            let late = database.bank
            let (customer, from) = try await early.customer(opening: 100)
            let (_, to) = try await early.customer()
            let events = MongoEvents(database)
            let slow = late.transfer(2, from: from, to: to)
            try await Task.sleep(for: .milliseconds(2))
            let quick = early.transfer(1, from: from, to: to)
            var position = EventPosition.beginning
            _ = try await early.post(quick)
            #expect(try await walk(events, from: &position).contains { $0.id == quick.id })
            _ = try await late.post(slow)
            #expect(slow.id < quick.id)
            var own = position
            #expect(try await walk(events, from: &position).map(\.id) == [slow.id])
            let theirs = try await walk(events, from: &own, viewer: customer.id)
            #expect(theirs.map(\.id) == [slow.id])
            #expect(try await walk(events, from: &position).isEmpty)
        }
    }

    @Test func `each sees their own, with refusals for who asked`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (ada, from) = try await bank.customer(opening: 10)
            let (ben, to) = try await bank.customer()
            let paid = try await bank.post(bank.transfer(4, from: from, to: to))
            let refused = try await bank.post(bank.transfer(99, from: from, to: to))
            let events = MongoEvents(database)
            var (first, second) = (EventPosition.beginning, EventPosition.beginning)
            let adas = try await walk(events, from: &first, viewer: ada.id, limit: 1)
            let bens = try await walk(events, from: &second, viewer: ben.id, limit: 1)
            #expect(adas.suffix(2).map(\.id) == [paid.id, refused.id])
            #expect(bens.map(\.id) == [paid.id])
        }
    }

    @Test func `a reader who was away for long goes on where they were`() async throws {
        try await withDatabase { database in
            let events = MongoEvents(database)
            var accounts: [Account] = []
            for _ in 0..<2 {
                accounts.append(try await database.bank.customer(opening: 10_000).account)
            }
            var position = EventPosition.beginning
            _ = try await walk(events, from: &position)
            var posted: Set<TransactionID> = []
            // More blocks than are looked at one by one, of many chains.
            for _ in 0..<130 {
                let bank = database.bank
                for _ in 0..<4 {
                    posted.insert(
                        try await bank.post(bank.transfer(1, from: accounts[0], to: accounts[1])).id
                    )
                }
            }
            let found = try await walk(events, from: &position, limit: 200).map(\.id)
            #expect(found.count == posted.count)
            #expect(Set(found) == posted)
        }
    }
}
