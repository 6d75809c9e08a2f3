import BSON
package import BankCore
package import Ledger
package import Mongo

/// Brings a database to the shape that this version works with.
///
/// Migrations are numbered and done in order; each may be done again without harm, so that two
/// processes may migrate at once, and one that was killed in the middle only has to start again.
package struct Migrator: Sendable {
    private let database: MongoDatabase
    private let clock: WallClock

    package init(_ database: MongoDatabase, clock: WallClock) {
        self.database = database
        self.clock = clock
    }

    /// Those that the database does not have yet, in order.
    package func pending() async throws(StoreError) -> [Migration] {
        try await database.read { connection in
            let done = try connection.find(Collections.migrations)
                .map { try $0.int64("_id") }
            return Migration.all.filter { !done.contains($0.number) }
        }
    }

    /// Does what is pending, and says what that was.
    @discardableResult
    package func migrate() async throws(StoreError) -> [Migration] {
        let pending = try await pending()
        let clock = clock
        for migration in pending {
            try await database.read { connection in
                try migration.run(connection, clock.now)
                try connection.updateOne(
                    Collections.migrations, ["_id": .int64(migration.number)],
                    [
                        "$setOnInsert": [
                            "name": .string(migration.name), "at": .time(clock.now),
                        ]
                    ], upsert: true)
            }
        }
        return pending
    }
}

/// One step of a database's life.
package struct Migration: Sendable {
    package let number: Int64
    package let name: String
    let run: @Sendable (borrowing MongoConnection, Timestamp) throws -> Void

    /// In order. A released one never changes: what is to be different is a new one.
    package static let all: [Migration] = [
        Migration(number: 1, name: "ledger", run: makeLedger),
        Migration(number: 2, name: "cash accounts", run: makeCashAccounts),
        Migration(number: 3, name: "identity", run: makeIdentity),
        Migration(
            number: 4, name: "realtime",
            run: { connection, _ in
                try RealtimeSchema.prepare(connection)
            }),
        Migration(number: 5, name: "customer search", run: makeCustomerSearch),
        Migration(
            number: 6, name: "statements",
            run: { connection, _ in
                try Schema.prepareStatements(connection)
            }),
        Migration(
            number: 7, name: "external references",
            run: { connection, _ in
                try connection.createIndexes(
                    Collections.transactions, Schema.externalReferences)
            }),
        Migration(number: 8, name: "two-factor", run: makeTwoFactor),
        Migration(
            number: 9, name: "holds", run: { connection, _ in try Schema.prepareHolds(connection) }),
        Migration(
            number: 10, name: "types",
            run: { connection, time in
                try Schema.prepareTypes(
                    connection, IdentifierGenerator(clock: WallClock { time }))
            }),
        Migration(
            number: 11, name: "shown",
            run: { connection, _ in
                try RealtimeSchema.prepareShown(connection)
            }),
        Migration(
            number: 12, name: "socket sets",
            run: { connection, _ in
                try RealtimeSchema.prepareSocketSets(connection)
            }),
    ]

    @Sendable
    private static func makeLedger(
        _ connection: borrowing MongoConnection, _: Timestamp
    ) throws {
        try connection.ensureCollection(
            Collections.accounts, validator: Schema.accountValidator)
        try connection.ensureCollection(
            Collections.transactions, validator: Schema.transactionValidator)
        try connection.ensureCollection(Collections.blocks, validator: Schema.blockValidator)
        try connection.ensureCollection(
            Collections.customers, validator: Schema.customerValidator)
        try connection.ensureCollection(Collections.notices)
        try connection.createIndexes(Collections.accounts, Schema.accounts)
        try connection.createIndexes(Collections.transactions, Schema.transactions)
        try connection.createIndexes(Collections.blocks, Schema.blocks)
        try connection.createIndexes(Collections.customers, Schema.customers)
        try connection.createIndexes(Collections.notices, Schema.notices)
    }

    /// The bank's own cash account of every currency.
    @Sendable
    private static func makeCashAccounts(
        _ connection: borrowing MongoConnection, _ time: Timestamp
    ) throws {
        try connection.insertMissing(
            Collections.accounts, Currency.all.map { Account.cash($0, at: time).document })
    }

    @Sendable
    private static func makeCustomerSearch(
        _ connection: borrowing MongoConnection, _: Timestamp
    ) throws {
        try connection.createIndexes(Collections.customers, Schema.customerSearch)
        try connection.forEach(Collections.customers, ["nameWords": ["$exists": false]]) { found in
            let customer = try Customer(document: found)
            try connection.updateOne(
                Collections.customers,
                ["_id": .identifier(customer.id), "name": .string(customer.name)],
                ["$set": ["nameWords": .strings(PersonName.words(of: customer.name))]])
        }
    }

    @Sendable
    private static func makeTwoFactor(
        _ connection: borrowing MongoConnection, _: Timestamp
    ) throws {
        for collection in [Collections.twoFactors, Collections.challenges, Collections.messages] {
            try connection.ensureCollection(collection)
        }
        try connection.createIndexes(Collections.challenges, Schema.challenges)
        try connection.createIndexes(Collections.messages, Schema.messages)
    }

    @Sendable
    private static func makeIdentity(
        _ connection: borrowing MongoConnection, _: Timestamp
    ) throws {
        try connection.ensureCollection(Collections.sessions)
        try connection.ensureCollection(Collections.limits)
        try connection.createIndexes(Collections.sessions, Schema.sessions)
        try connection.createIndexes(Collections.limits, Schema.limits)
    }
}
