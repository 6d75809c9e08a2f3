import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Logging
import Mongo
import Realtime
import ServiceKit
import Testing

/// Tickets, interactions and the journal's reader against a real replica set.
@Suite(.timeLimit(.minutes(2))) struct StoreTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let principal = Principal(
        customerID: .numbered(1), sessionID: .numbered(2), role: .customer,
        expiresAt: Timestamp(milliseconds: 1_900_000_000_000))

    // MARK: - Tickets

    @Test func `of fifty who come with one ticket, one gets in`() async throws {
        try await withDatabase { database in
            let tickets = Tickets(store: MongoTickets(database))
            let ticket = try await tickets.issue(to: principal)
            let found = try await withThrowingTaskGroup(of: Principal?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        while true {
                            // A pool that all of them wait for may let some wait too long.
                            do throws(RealtimeStoreError) {
                                return try await tickets.use(ticket)
                            } catch .unavailable {
                                continue
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found.compactMap { $0 } == [principal])
        }
    }

    @Test func `a ticket too old, or one that never was, lets nobody in`() async throws {
        try await withDatabase { database in
            let store = MongoTickets(database)
            try await store.issue(digest: [1], for: principal, lifetimeSeconds: -1)
            #expect(try await store.consume(digest: [1]) == nil)
            #expect(try await store.consume(digest: [2]) == nil)
        }
    }

    @Test func `the ticket itself is stored nowhere`() async throws {
        try await withDatabase { database in
            let ticket = try await Tickets(store: MongoTickets(database)).issue(to: principal)
            let documents = try await database.run { try $0.find("tickets", [:]) }
            #expect(documents.count == 1)
            for document in documents {
                #expect(Array(document.bytes).firstRange(of: Array(ticket.utf8)) == nil)
            }
        }
    }

    // MARK: - Interactions

    /// One every ten seconds.
    private func time(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: 1_990_000_000_000 + Int64(number) * 10_000)
    }

    private func records(_ count: Int) -> [InteractionRecord] {
        (1...count).map { number in
            var record = InteractionRecord(
                id: InteractionID(time: time(number), random: (0, UInt64(number))),
                at: time(number),
                kind: number.isMultiple(of: 5) ? .eventError : .pushSent,
                requestID: "r-\(number % 3)",
                connectionID: .numbered(7), customerID: .numbered(number % 2),
                sessionID: .numbered(3))
            record.accountID = .numbered(4)
            record.transactionID = .numbered(number % 10)
            record.seq = Int64(number)
            record.latencyMilliseconds = 12
            record.data = #"{"text":"a\nb"}"#
            record.code = "c"
            return record
        }
    }

    /// Each of ``records(_:)``, and pushes of the same moment to up to 21 sockets more, of three
    /// customers; one of them has no session. The larger groups are to few different sets.
    private func groups(_ count: Int) -> [InteractionGroup] {
        records(count).map { record in
            guard record.kind == .pushSent else { return InteractionGroup(record) }
            var first = InteractionRecord(
                id: .first(of: record.id), at: record.at, kind: record.kind,
                requestID: record.requestID, connectionID: record.connectionID,
                customerID: record.customerID, sessionID: record.sessionID)
            first.accountID = record.accountID
            first.transactionID = record.transactionID
            first.seq = record.seq
            first.data = record.data
            let others = (0..<((record.seq ?? 0) % 8) * 3).map { number in
                LoggedSocket(
                    connectionID: .numbered(8 + Int(number)),
                    customerID: .numbered(Int(number) % 3),
                    sessionID: number == 5 ? nil : .numbered(Int(number)))
            }
            let own = LoggedSocket(
                connectionID: record.connectionID, customerID: record.customerID,
                sessionID: record.sessionID)
            let number = UInt64(others.count * 2) + UInt64(record.seq ?? 0) % 2
            let set = SocketSet(
                SocketSetID(time: time(0), random: (0, number)), [own] + others)
            return InteractionGroup(first, on: set)
        }
    }

    /// What each connection of ``groups(_:)`` says of itself, before all of them.
    private func greetings(isClosing: Bool = false) -> [InteractionGroup] {
        (7...14).map { number in
            InteractionGroup(
                InteractionRecord(
                    id: InteractionID(
                        time: time(isClosing ? 1_000 : 0), random: (0, UInt64(number))),
                    at: time(isClosing ? 1_000 : 0),
                    kind: isClosing ? .connectionClosed : .authSucceeded, requestID: "r",
                    connectionID: .numbered(number),
                    customerID: .numbered(number == 7 ? 1 : (number - 8) % 3),
                    sessionID: .numbered(3)))
        }
    }

    @Test func `records come back as they were stored, newest first, page by page`()
        async throws
    {
        try await withDatabase { database in
            let store = MongoInteractions(database, keptDays: 30, logger: logger)
            let groups = groups(250)
            let all = groups.flatMap(\.records)
            #expect(all.count > 900)
            try await store.append(groups)
            var read: [InteractionRecord] = []
            while read.count < all.count {
                let page = try await store.records(
                    InteractionFilter(), after: read.last?.id, limit: 97)
                guard !page.isEmpty else { break }
                read += page
            }
            #expect(read == all.reversed())
        }
    }

    @Test func `storing again what is there already is no fault`() async throws {
        try await withDatabase { database in
            let store = MongoInteractions(database, keptDays: 30, logger: logger)
            try await store.append(groups(5))
            try await store.append(groups(10))
            let found = try await store.records(InteractionFilter(), after: nil, limit: 100)
            #expect(found.count == groups(10).reduce(0) { $0 + $1.count })
        }
    }

    @Test func `filters mean on MongoDB what they mean in memory`() async throws {
        try await withDatabase { database in
            let store = MongoInteractions(database, keptDays: 30, logger: logger)
            let stored = greetings() + groups(60) + greetings(isClosing: true).prefix(4)
            let all = stored.flatMap(\.records)
            try await store.append(stored)
            let filters: [(inout InteractionFilter) -> Void] = [
                { $0.requestID = "r-1" }, { $0.customerID = .numbered(1) },
                { $0.accountID = .numbered(5) }, { $0.connectionID = .numbered(8) },
                { $0.connectionID = .numbered(13) }, { $0.connectionID = .numbered(99) },
                {
                    $0.connectionID = .numbered(10)
                    $0.customerID = .numbered(2)
                    $0.kind = .pushSent
                    $0.from = time(12)
                },
                {
                    $0.connectionID = .numbered(10)
                    $0.customerID = .numbered(1)
                },
                { $0.transactionID = .numbered(3) }, { $0.kind = .eventError },
                { $0.errorsOnly = true }, { $0.from = time(30) }, { $0.until = time(30) },
                {
                    $0.from = time(20)
                    $0.until = time(50)
                },
                {
                    $0.from = time(50)
                    $0.until = time(20)
                },
                {
                    $0.customerID = .numbered(0)
                    $0.errorsOnly = true
                    $0.from = time(20)
                },
            ]
            for (number, change) in filters.enumerated() {
                var filter = InteractionFilter()
                change(&filter)
                let expected = all.reversed().filter(filter.matches)
                let found = try await store.records(filter, after: nil, limit: 1_000)
                #expect(found == expected, "filter \(number)")
                let middle = all[all.count / 2].id
                let rest = try await store.records(filter, after: middle, limit: 1_000)
                #expect(rest == expected.filter { $0.id < middle }, "filter \(number), after")
            }
        }
    }

    @Test func `how far each account was shown by a time, over all screens`() async throws {
        try await withDatabase { database in
            let store = MongoInteractions(database, keptDays: 30, logger: logger)
            var random = SystemRandomNumberGenerator()
            let acknowledged = (1...400).map { number in
                var record = InteractionRecord(
                    id: InteractionID(time: time(number), random: (0, UInt64(number))),
                    at: time(number),
                    kind: number.isMultiple(of: 9) ? .pushSent : .pushAcknowledged,
                    requestID: "r", connectionID: .numbered(number % 3),
                    customerID: .numbered(number % 2), sessionID: .numbered(3))
                record.accountID = .numbered(Int.random(in: 1...5, using: &random))
                record.seq = Int64.random(in: 1...40, using: &random)
                return record
            }
            try await store.append(acknowledged.map { InteractionGroup($0) })
            for moment in [0, 1, 7, 100, 250, 401].map(time) {
                let mine = acknowledged.filter { record in
                    record.kind == .pushAcknowledged && record.at < moment
                        && record.customerID == .numbered(1)
                }
                let expected = Dictionary(grouping: mine) { $0.accountID }.values.compactMap {
                    $0.min { ($1.seq ?? 0, $0.id) < ($0.seq ?? 0, $1.id) }
                }
                let found = try await store.shown(
                    to: .numbered(1), before: moment, limit: 1_000)
                #expect(Set(found) == Set(expected) && found.count == expected.count)
                let accounts = found.compactMap(\.accountID)
                #expect(accounts == accounts.sorted())
                let two = try await store.shown(to: .numbered(1), before: moment, limit: 2)
                #expect(two == Array(found.prefix(2)))
            }
        }
    }

    @Test func `many sockets are stored once, and outlive the pushes that name them`() async throws
    {
        try await withDatabase { database in
            let store = MongoInteractions(database, keptDays: 2, logger: logger)
            let sockets = (0..<SocketSet.sharedMin).map { number in
                LoggedSocket(
                    connectionID: .numbered(number + 1), customerID: .numbered(number % 3),
                    sessionID: nil)
            }
            let now = WallClock.system.now
            let set = SocketSet(SocketSetID(time: now, random: (0, 1)), sockets)
            let groups = (0..<3).map { number in
                var record = InteractionRecord(
                    id: .first(of: InteractionID(time: now, random: (UInt64(number), 0))), at: now,
                    kind: .pushSent, requestID: "r", connectionID: .numbered(1),
                    customerID: .numbered(0))
                record.seq = Int64(number)
                return InteractionGroup(record, on: set)
            }
            try await store.append(Array(groups.prefix(2)))
            #expect(set.isStored)
            try await store.append(Array(groups.suffix(1)))
            let stored = try await database.run { try $0.find("socketSets", [:]) }
            #expect(stored.count == 1)
            let expiry = try #require(try stored.first?.date("expiresAt"))
            // Named for an hour more, by a record that is then kept two days.
            #expect(expiry > now.milliseconds + 3_600_000 + 2 * 86_400_000)
            for group in try await database.run({ try $0.find("interactions", [:]) }) {
                #expect(group.bytes.count < 600)
                #expect(try group.value("sockets") == nil)
            }
            let found = try await store.records(InteractionFilter(), after: nil, limit: 100)
            #expect(found == groups.flatMap(\.records).reversed())
            #expect(found.count == 3 * SocketSet.sharedMin)

            try await database.run { _ = try $0.deleteMany("socketSets", [:]) }
            try await store.append(greetings())
            let rest = try await store.records(InteractionFilter(), after: nil, limit: 100)
            #expect(rest.count == greetings().count, "those that can be read")
        }
    }

    @Test func `records go away after their days`() async throws {
        try await withDatabase { database in
            try await MongoInteractions(database, keptDays: 2, logger: logger).append(groups(1))
            let document = try #require(
                try await database.run { try $0.findOne("interactions", [:]) })
            #expect(try document.date("expiresAt") == time(1).milliseconds + 2 * 86_400_000)
            let indexes = try await database.run { connection in
                try connection.command(["listIndexes": "interactions"]).document("cursor")
                    .documents("firstBatch")
            }
            let expiring = try indexes.filter { try $0.value("expireAfterSeconds") != nil }
            #expect(expiring.count == 1)
            #expect(try expiring.first?.document("key") == ["expiresAt": 1])
        }
    }

    // MARK: - The journal

    @Test func `positions and entries are read as they were committed`() async throws {
        try await withDatabase { database in
            let (bank, journal) = (database.bank, MongoJournalReader(database))
            let (customer, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            var posted: [Transaction] = []
            for amount in 1...9 as ClosedRange<Int64> {
                posted.append(try await bank.post(bank.transfer(amount, from: from, to: to)))
            }
            let position = try #require(
                try await journal.positions(of: [customer.id], limit: 10).first)
            #expect(position.accountID == from.id && position.customerID == customer.id)
            #expect(position.seq == 10 && position.balance.posted == 955)

            let both = try await journal.positions([to.id, .numbered(1), from.id])
            #expect(Set(both.map(\.accountID)) == [from.id, to.id])

            let range = JournalRange(accountID: from.id, after: 1, through: 10, limit: 100)
            #expect(try await journal.entries(range) == posted)
            let part = JournalRange(accountID: from.id, after: 3, through: 8, limit: 3)
            #expect(try await journal.entries(part) == Array(posted[2..<5]))
            let byRequest = try await journal.transactions(requestID: "req-4", limit: 10)
            #expect(byRequest == [posted[3]])
        }
    }
}
