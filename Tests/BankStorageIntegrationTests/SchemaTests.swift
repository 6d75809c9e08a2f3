import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import ServiceKit
import Testing

@Suite struct SchemaTests {
    @Test func `two processes may migrate at once, and once is enough`() async throws {
        try await withDatabase(migrated: false) { database in
            let migrator = Migrator(database, clock: .system)
            try await expect(migrator.pending().map(\.number), Migration.all.map(\.number))
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 { group.addTask { _ = try await migrator.migrate() } }
                try await group.waitForAll()
            }
            try await expect(migrator.pending().count, 0)
            let cash = try await database.run { try $0.count(Collections.accounts) }
            #expect(cash == Int64(Currency.all.count))
            let bank = database.bank
            for currency in Currency.all {
                let account = try await bank.accounts.account(.cash(currency))
                #expect(account?.currency == currency)
            }
        }
    }

    @Test func `a migration that was killed in the middle is done again`() async throws {
        try await withDatabase(migrated: false) { database in
            let migrator = Migrator(database, clock: .system)
            try await migrator.migrate()
            // As if nothing of it had been recorded, and half of the accounts were missing.
            try await database.run { connection in
                _ = try connection.deleteMany(Collections.migrations, [:])
                _ = try connection.deleteMany(
                    Collections.accounts, ["currency": ["$gte": "M"]])
            }
            try await migrator.migrate()
            let cash = try await database.run { try $0.count(Collections.accounts) }
            #expect(cash == Int64(Currency.all.count))
        }
    }

    @Test(arguments: [
        ("posted", BSONValue.double(1.5)), ("posted", .int64(1 << 53)), ("held", .int64(-1)),
        ("posted", .string("1")), ("seq", .int32(1)), ("status", .string("rich")),
    ])
    func `the database refuses an account that no rule would make`(
        field: String, value: BSONValue
    ) async throws {
        try await withDatabase { database in
            let (_, account) = try await database.bank.customer()
            await #expect(throws: MongoError.self) {
                try await database.run { connection in
                    _ = try connection.updateOne(
                        Collections.accounts, ["_id": .string(account.id.description)],
                        ["$set": .document([field: value])])
                }
            }
        }
    }

    @Test func `the database refuses a second entry with an account's seq`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(1, from: from, to: to))
            let place = BlockPlace(writer: WriterID(high: 1, low: 1), height: 1, index: 0)
            let order = bank.transfer(1, from: from, to: to)
            let twin = Transaction(
                id: order.id, type: entry.type, amount: entry.amount, from: entry.from,
                to: entry.to, postings: entry.postings, refusal: nil, initiator: entry.initiator,
                requestID: entry.requestID, idempotency: nil, details: entry.details,
                parent: nil, receivedAt: entry.receivedAt, committedAt: entry.committedAt)
            let document = JournalDocument(twin, at: place).document
            await #expect(throws: MongoError.self) {
                try await database.run { try $0.insertOne(Collections.transactions, document) }
            }
        }
    }

    @Test func `no read of the bank goes through a whole collection`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (customer, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            _ = try await database.run { try $0.command(["profile": 2]) }
            for check in LedgerContract.checks { try await check.run(bank) }
            _ = try await bank.post(bank.transfer(1, from: from, to: to, key: "k"))
            _ = try await bank.list { $0.viewer = customer.id }
            _ = try await bank.list { $0.requestID = "req" }
            let missed = MongoTransactions(database)
            try await expect(missed.entries(of: from.id, 1...9).count, 2)
            let scans = try await database.run { connection in
                try connection.command(["profile": 0])
                return try connection.find(
                    "system.profile",
                    [
                        "planSummary": ["$regex": "COLLSCAN"],
                        "ns": ["$not": ["$regex": "system|migrations"]],
                    ])
            }
            #expect(scans.isEmpty, "\(scans.map { try? $0.string("ns") })")
        }
    }
}
