import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Logging
import Mongo
import Realtime
import ServiceKit
import Synchronization
import Testing

/// The change feed's adapter against a real replica set.
@Suite(.timeLimit(.minutes(2))) struct FeedTests {
    /// What a feed has handed over.
    private final class Heard: Sendable {
        private let state = Mutex((events: [FeedEvent](), tokens: [FeedToken](), batches: 0))

        func note(_ batch: FeedBatch) {
            state.withLock { state in
                state.events += batch.events
                if let token = batch.token { state.tokens.append(token) }
                state.batches += 1
            }
        }

        var isOpen: Bool { state.withLock { $0.batches > 0 } }
        var token: FeedToken? { state.withLock { $0.tokens.last } }
        var notices: [CustomerNotice] {
            state.withLock { state in
                state.events.compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
            }
        }
        var transactions: [Transaction] {
            state.withLock { state in
                state.events.compactMap {
                    if case .transaction(let transaction) = $0 { transaction } else { nil }
                }
            }
        }
    }

    private func feed(_ database: MongoDatabase) -> MongoJournalFeed {
        MongoJournalFeed(database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Follows the feed while `body` runs, and tells how it ended by itself, if it did.
    @discardableResult
    private func following(
        _ database: MongoDatabase, from place: FeedToken? = nil,
        _ body: @escaping @Sendable (Heard) async throws -> Void
    ) async throws -> (Heard, FeedError?) {
        let (heard, feed) = (Heard(), feed(database))
        let start: FeedToken
        if let place { start = place } else { start = try await feed.present() }
        let ended = try await withThrowingTaskGroup(of: FeedError?.self) { group in
            group.addTask {
                do throws(FeedError) {
                    try await feed.follow(from: start) { heard.note($0) }
                    return nil
                } catch {
                    return Task.isCancelled ? nil : error
                }
            }
            try await eventually { heard.isOpen }
            try await body(heard)
            group.cancelAll()
            return try await group.next() ?? nil
        }
        return (heard, ended)
    }

    @Test func `what is committed comes in order, with the notices`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            try await following(database) { heard in
                let (customer, from) = try await bank.customer(opening: 1_000)
                let (_, to) = try await bank.customer()
                var posted: [Transaction] = []
                for amount in 1...20 as ClosedRange<Int64> {
                    posted.append(try await bank.post(bank.transfer(amount, from: from, to: to)))
                }
                let refused = try await bank.post(bank.transfer(9_999, from: from, to: to))
                try await eventually { heard.transactions.count == 22 }
                #expect(Array(heard.transactions.dropFirst()) == posted + [refused])

                let second = bank.newAccount(of: customer)
                let initiator = Initiator(customerID: customer.id, authority: .owner)
                let origin = Origin(initiator: initiator, requestID: "o", receivedAt: .sample)
                _ = try await bank.perform(
                    .openAccount(second, accountsMax: nil, origin: origin))
                try await eventually { !heard.notices.isEmpty }
                #expect(heard.notices.map(\.kind) == [CustomerNotice.accountOpened])
                #expect(heard.notices.map(\.accountID) == [second.id])
                #expect(heard.notices.map(\.customerID) == [customer.id])
            }
        }
    }

    @Test func `a batch committed together comes whole, in the order it was decided`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 100_000)
            let (_, to) = try await bank.customer()
            try await following(database) { heard in
                let orders = (1...300).map { bank.transfer(Int64($0), from: from, to: to) }
                _ = try await bank.store.commit(orders.map { .post($0) })
                try await eventually { heard.transactions.count == 300 }
                #expect(heard.transactions.map(\.amount.minorUnits) == Array(1...300))
                let seqs = heard.transactions.compactMap { $0.postings.last?.seq }
                #expect(seqs == Array(1...300))
            }
        }
    }

    @Test func `a feed goes on behind the token of an earlier one`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let (first, _) = try await following(database) { heard in
                _ = try await bank.post(bank.transfer(1, from: from, to: to))
                try await eventually { heard.transactions.count == 1 }
            }
            let missed = try await bank.post(bank.transfer(2, from: from, to: to))
            let token = try #require(first.token)
            try await following(database, from: token) { heard in
                try await eventually { heard.transactions.count == 1 }
                #expect(heard.transactions == [missed])
            }
        }
    }

    @Test func `a killed cursor interrupts, and the token brings what came meanwhile`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let (heard, ended) = try await following(database) { heard in
                let batches = heard.transactions.count
                try await eventually { try await killFeedCursors(database) > 0 }
                #expect(batches == 0)
                try await Task.sleep(for: .milliseconds(700))
            }
            #expect(ended == .interrupted)
            let missed = try await bank.post(bank.transfer(2, from: from, to: to))
            let token = try #require(heard.token)
            try await following(database, from: token) { heard in
                try await eventually { heard.transactions == [missed] }
            }
        }
    }

    @Test func `a feed from the place of now tells what was committed before it was opened`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let place = try await feed(database).present()
            let missed = try await bank.post(bank.transfer(2, from: from, to: to))
            try await following(database, from: place) { heard in
                try await eventually { heard.transactions.contains(missed) }
            }
        }
    }

    @Test func `a token that is none means that history is lost`() async throws {
        try await withDatabase { database in
            let feed = feed(database)
            await #expect(throws: FeedError.historyLost) {
                try await feed.follow(from: FeedToken(bytes: [1, 2, 3])) { _ in }
            }
        }
    }

    @Test func `history that the server lost is told as such`() async throws {
        try await withDatabase { database in
            let (_, ended) = try await following(database) { _ in
                try await database.failing(["getMore"], ["errorCode": 286]) {
                    try await Task.sleep(for: .milliseconds(1_200))
                }
            }
            #expect(ended == .historyLost)
        }
    }

    @Test func `places of feeds are kept for each instance`() async throws {
        try await withDatabase { database in
            let (one, two) = (
                MongoFeedTokens(database, instance: "1"), MongoFeedTokens(database, instance: "2")
            )
            #expect(try await one.load() == nil)
            try await one.save(FeedToken(bytes: [1]))
            try await two.save(FeedToken(bytes: [2]))
            try await one.save(FeedToken(bytes: [3]))
            let stored = try #require(try await one.load())
            #expect(stored.token.bytes == [3])
            #expect((0..<10_000).contains(stored.age))
        }
    }

    /// Kills the change streams on this database as an administrator would; tells how many.
    private func killFeedCursors(_ database: MongoDatabase) async throws -> Int {
        // While the server waits for a change the cursor is not idle, and shows as `$cmd`.
        let namespaces = ["$cmd", "$cmd.aggregate"].map {
            BSONValue.string("\(database.name).\($0)")
        }
        return try await database.run { connection in
            let request: BSONDocument = [
                "aggregate": 1,
                "pipeline": [
                    ["$currentOp": ["idleCursors": true, "allUsers": true]],
                    [
                        "$match": [
                            "ns": ["$in": .array(namespaces)],
                            "cursor.cursorId": ["$exists": true],
                        ]
                    ],
                ],
                "cursor": [:],
            ]
            let found = try connection.command(request, database: "admin").document("cursor")
                .documents("firstBatch")
            let ids = try found.map { BSONValue.int64(try $0.document("cursor").int64("cursorId")) }
            guard !ids.isEmpty else { return 0 }
            try connection.command(
                ["killCursors": "$cmd.aggregate", "cursors": .array(ids)])
            return ids.count
        }
    }
}

extension MongoDatabase {
    /// The whole storage on this database.
    var bank: BankUnderTest {
        let identifiers = IdentifierGenerator(clock: .system)
        return BankUnderTest(
            store: MongoLedgerStore(self, clock: .system, identifiers: identifiers),
            accounts: MongoAccounts(self), transactions: MongoTransactions(self),
            holds: MongoHolds(self),
            types: MongoCatalogue(self, identifiers: identifiers))
    }
}

/// Waits up to 20 s for something to become true.
func eventually(_ isTrue: () async throws -> Bool) async throws {
    for _ in 0..<1_000 {
        if try await isTrue() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it never became true")
}
