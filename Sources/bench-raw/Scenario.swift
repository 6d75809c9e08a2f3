import BSON
import Mongo
import Synchronization

/// One way to write transfers.
struct Scenario: Sendable {
    /// Transfers a transaction.
    let batch: Int
    /// Transactions in flight at once.
    let writers: Int
    /// All transfers go into one account, instead of any two.
    let hot: Bool
    let accounts: Int

    var name: String {
        let accounts = hot ? "one hot account" : "any accounts"
        return "\(batch) a transaction, \(writers) at once, \(accounts)"
    }

    /// Makes the collections, indexes and accounts anew.
    func prepare(_ database: MongoDatabase) async throws {
        let count = accounts
        try await database.run { connection in
            for collection in ["accounts", "transactions", "blocks"] {
                try connection.dropCollection(collection)
                try connection.createCollection(collection)
            }
            try connection.createIndexes("accounts", Documents.accountIndexes)
            try connection.createIndexes("transactions", Documents.transactionIndexes)
            try connection.createIndexes("blocks", Documents.blockIndexes)
            for start in stride(from: 0, to: count, by: 10_000) {
                let numbers = start..<min(start + 10_000, count)
                try connection.insertMany("accounts", numbers.map(Documents.account))
            }
        }
    }

    /// Writes for so long, after a second to warm up.
    func measure(_ database: MongoDatabase, for duration: Duration) async throws -> Measurement {
        let serials = Serials()
        _ = try await write(database, serials, for: .seconds(1))
        let start = ContinuousClock.now
        let latencies = try await write(database, serials, for: duration)
        return Measurement(self, latencies: latencies, took: ContinuousClock.now - start)
    }

    /// The time each transaction took.
    private func write(
        _ database: MongoDatabase, _ serials: Serials, for duration: Duration
    ) async throws -> [Duration] {
        let end = ContinuousClock.now + duration
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            // A writer is a transaction in flight.
            for _ in 0..<writers {
                group.addTask {
                    var latencies: [Duration] = []
                    while ContinuousClock.now < end {
                        let start = ContinuousClock.now
                        try await commit(database, serials)
                        latencies.append(ContinuousClock.now - start)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func commit(_ database: MongoDatabase, _ serials: Serials) async throws {
        let transfers = (0..<batch).map { _ in transfer(serials.next()) }
        let block = serials.next()
        // Where all meet in one document, some wait long for their turn.
        try await database.transaction(deadline: .seconds(60)) { transaction in
            try transaction.bulkWrite("accounts", ordered: false) { bulk in
                // One net update an account, as the bank makes it.
                for (account, serial) in Documents.lastSerials(transfers) {
                    bulk.updateOne(
                        ["_id": .string(Documents.id("acc", account))],
                        MongoUpdate(Documents.accountUpdate(serial)))
                }
            }
            try transaction.insertMany("transactions", transfers.map(Documents.transaction))
            try transaction.insertOne("blocks", Documents.block(block, count: transfers.count))
        }
    }

    private func transfer(_ serial: Int64) -> Transfer {
        let to = hot ? 0 : Int.random(in: 0..<accounts)
        var from = Int.random(in: (hot ? 1 : 0)..<accounts)
        if from == to { from = (to + 1) % accounts }
        return Transfer(serial: serial, from: from, to: to)
    }
}

/// A transfer between the accounts of these numbers.
struct Transfer: Sendable {
    let serial: Int64
    let from: Int
    let to: Int
}

/// Numbers that are given once.
final class Serials: Sendable {
    private let last = Atomic<Int64>(0)

    func next() -> Int64 { last.add(1, ordering: .relaxed).newValue }
}
