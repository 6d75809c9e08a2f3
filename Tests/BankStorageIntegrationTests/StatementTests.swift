import BSON
import BankAPI
import BankCore
import BankStorage
import BankTesting
import Ledger
import Logging
import Mongo
import ServiceKit
import Testing

/// Jobs, leases and files on MongoDB.
@Suite struct StatementTests {
    private struct Desk {
        let database: MongoDatabase
        let store: MongoStatements
        let worker: StatementWorker
        let account: Account
        let entries: [Transaction]

        func order(_ format: StatementFormat = .csv) async throws -> Statement {
            let statement = Statement(
                id: IdentifierGenerator(clock: .system).next(), accountID: account.id,
                customerID: account.customerID, requestedBy: account.customerID ?? .numbered(1),
                requestID: "req", period: StatementPeriod(from: .sample, until: .distantFuture),
                format: format, createdAt: WallClock.system.now)
            #expect(try await store.add(statement, openMax: 10))
            return statement
        }

        func file(_ id: StatementID) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            var number = 0
            while let chunk = try await store.chunk(number, of: id) {
                bytes += chunk
                number += 1
            }
            return bytes
        }

        /// As if the holder of every lease had been dead for longer than it lasts.
        func expireLeases() async throws {
            _ = try await database.run {
                try $0.updateMany(
                    Collections.statements, [:], ["$set": ["leaseUntil": .date(0)]])
            }
        }

        func count(_ collection: String) async throws -> Int64 {
            try await database.run { try $0.count(collection) }
        }
    }

    private func withDesk(transfers: Int = 3, _ body: (Desk) async throws -> Void) async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000_000)
            let (_, to) = try await bank.customer()
            var entries: [Transaction] = []
            var left = transfers
            while left > 0 {
                let outcomes = try await bank.store.commit(
                    (0..<min(left, 250)).map { _ in .post(bank.transfer(2, from: from, to: to)) })
                for case .recorded(let entry, _) in outcomes { entries.append(entry) }
                left -= 250
            }
            let identifiers = IdentifierGenerator(clock: .system)
            let store = MongoStatements(database, clock: .system, identifiers: identifiers)
            let worker = StatementWorker(
                store: store, accounts: MongoAccounts(database),
                maker: StatementMaker(
                    histories: MongoTransactions(database), proof: MongoProof(database),
                    clock: .system),
                clock: .system, identifiers: identifiers, logger: Logger(label: "test"))
            try await body(
                Desk(
                    database: database, store: store, worker: worker, account: to,
                    entries: entries))
        }
    }

    @Test func `a statement of several pieces is whole, and names the block it ends at`()
        async throws
    {
        try await withDesk(transfers: 2_000) { desk in
            let statement = try await desk.order(.json)
            #expect(await desk.worker.work())
            let ready = try await desk.store.statement(statement.id)
            let bytes = try await desk.file(statement.id)
            #expect(ready?.status == .ready && ready?.bytes == Int64(bytes.count))
            #expect(bytes.count > 2 * GridFSBucket.chunkBytes)
            let json = try JSONParser.parse(bytes)
            #expect(json["lines"]?.array?.count == 2_000)
            #expect(json["closingBalance"]?.integer == 4_000)
            let last = try require(desk.entries.last, "an entry")
            let block = try await MongoProof(desk.database).block(of: last.id)
            #expect(json["block"]?["hash"]?.string == block?.hash.description)
            #expect(block != nil)
        }
    }

    @Test func `a worker that died leaves its job to another, and nothing is told twice`()
        async throws
    {
        try await withDesk { desk in
            let statement = try await desk.order()
            let dead = try require(try await desk.store.claim(), "a job")
            try await desk.store.write([1, 2, 3], chunk: 0, of: dead)
            #expect(await desk.worker.work() == false, "it is held")
            try await desk.expireLeases()
            #expect(await desk.worker.work())
            #expect(
                String(decoding: try await desk.file(statement.id), as: UTF8.self)
                    .hasPrefix("record,"))
            #expect(try await desk.count("statementFiles.chunks") == 1)
            // It comes back to life and goes on.
            #expect(try await desk.store.renew(dead) == false)
            let notice = Notice(
                id: .numbered(1), kind: .statementReady, customerID: .numbered(1), accountID: nil,
                requestID: "req", at: .sample, data: [:])
            #expect(try await desk.store.finish(dead, bytes: 3, notice: notice) == false)
            let told = try await desk.database.run {
                try $0.count(Collections.notices, ["kind": "statement.ready"])
            }
            #expect(told == 1)
            #expect(try await desk.count("statementFiles.files") == 1)
        }
    }

    @Test func `many workers make each statement once`() async throws {
        try await withDesk { desk in
            for _ in 0..<10 { _ = try await desk.order() }
            let made = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var made = 0
                        while await desk.worker.work() { made += 1 }
                        return made
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(made == 10)
            #expect(try await desk.count("statementFiles.files") == 10)
        }
    }

    @Test func `a job that fails again and again is given up`() async throws {
        try await withDesk { desk in
            let statement = try await desk.order()
            for attempt in 1...5 {
                #expect(try await desk.store.claim()?.attempt == Int64(attempt))
                try await desk.expireLeases()
            }
            #expect(try await desk.store.claim() == nil)
            #expect(try await desk.store.statement(statement.id)?.status == .failed)
        }
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp.sample.advanced(bySeconds: 9 * 31_536_000)
}
