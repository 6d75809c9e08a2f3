package import BSON
import CMongoC
import Glibc

extension MongoDatabase {
    /// Waits until a primary of a replica set is found.
    ///
    /// - Throws: `MongoError`: `notReplicaSet` as soon as a server has answered that stands
    ///   alone or belongs to another set than the URI asks for; `unavailable` when none has
    ///   answered until the server selection timeout.
    package func requireReplicaSet() async throws {
        let settings = settings
        let end = MonotonicTime.now().advanced(by: settings.serverSelectionTimeout)
        try await threads.run(operation: "find primary") { client in
            var probes = 0
            while !client.hasPrimary {
                guard MonotonicTime.now() < end else {
                    throw MongoError(.unavailable, operation: "find primary")
                }
                usleep(20_000)
                probes += 1
                // Monitors that work are faster than this.
                if probes == 15, Probe(settings).findsStranger() {
                    throw MongoError(.notReplicaSet, operation: "find primary")
                }
            }
        }
    }

    /// Ends the transactions that an earlier process of this application name left open when it
    /// was killed: else they stand in the way of every write to what they touched, until the
    /// server's `transactionLifetimeLimitSeconds` is over and its reaper comes by.
    ///
    /// To be called before this process's own first transaction; no other process that runs may
    /// have the same application name.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package func endTransactionsOfFormerProcess() async throws -> Int {
        let name = settings.applicationName
        return try await run { connection in
            let sessions = try connection.openTransactions(applicationName: name)
            guard !sessions.isEmpty else { return 0 }
            try connection.command(
                ["killSessions": .documents(sessions)], database: "admin")
            return sessions.count
        }
    }
}

extension MongoConnection {
    /// The moment of the last operation that the majority has: the place to start a change feed
    /// or a replay. What is read with majority after this call is not older.
    package func operationTime() throws(MongoError) -> BSONTimestamp {
        // Without a read concern the server would tell its own last operation, of which it is
        // not known yet whether it stays. The collection need not exist.
        let look: BSONDocument = [
            "find": "operationTime", "limit": 1, "singleBatch": true,
            "readConcern": ["level": "majority"],
        ]
        do {
            return try command(look).timestamp("operationTime")
        } catch let error as MongoError {
            throw error
        } catch {
            throw MongoError(.notReplicaSet, operation: "ping")
        }
    }

    /// The sessions (`{id}`) with an open transaction of an application.
    fileprivate func openTransactions(
        applicationName: String
    ) throws(MongoError) -> [BSONDocument] {
        let request: BSONDocument = [
            "aggregate": 1,
            "pipeline": [
                ["$currentOp": ["idleSessions": true]],
                [
                    "$match": [
                        "appName": .string(applicationName), "transaction": ["$exists": true],
                    ]
                ],
                ["$project": ["id": "$lsid.id"]],
            ],
            "cursor": ["batchSize": 10_000],
        ]
        do {
            let batch = try command(request, database: "admin").document("cursor")
                .documents("firstBatch")
            return try batch.map { ["id": try $0.value("id") ?? .null] }
        } catch let error as MongoError {
            throw error
        } catch {
            throw MongoError(.bug, operation: "currentOp")
        }
    }
}
