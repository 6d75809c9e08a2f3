import BSON
package import BankCore
package import Ledger
package import Mongo

/// Statements made by jobs, in `statements`, and their files in GridFS.
///
/// A job is worked on under a lease by the server's clock. Each attempt writes pieces of its own,
/// so that a worker which lost its lease can't spoil the file of the next one; a file is there
/// when the job says which attempt made it, in the same transaction as the notice.
package struct MongoStatements: StatementStore {
    /// Jobs, files and what was left of attempts go away after 30 days.
    static let keptSeconds: Int64 = 30 * 86_400
    private static let leaseMilliseconds: Int64 = 60_000
    private static let pauseMilliseconds: Int64 = 5_000
    private static let attemptsMax: Int64 = 5

    private let database: MongoDatabase
    private let bucket = GridFSBucket(Collections.statementFiles)
    private let clock: WallClock
    private let identifiers: IdentifierGenerator

    package init(
        _ database: MongoDatabase, clock: WallClock, identifiers: IdentifierGenerator
    ) {
        self.database = database
        self.clock = clock
        self.identifiers = identifiers
    }

    package var chunkBytes: Int { GridFSBucket.chunkBytes }

    package func add(_ statement: Statement, openMax: Int) async throws(StoreError) -> Bool {
        let open: BSONDocument = [
            "status": "pending", "requestedBy": .identifier(statement.requestedBy),
        ]
        return try await database.read { connection in
            let count = try connection.count(
                Collections.statements, open, limit: Int64(openMax))
            guard count < Int64(openMax) else { return false }
            try connection.insertOne(Collections.statements, statement.document)
            return true
        }
    }

    package func statement(_ id: StatementID) async throws(StoreError) -> Statement? {
        try await database.read { connection in
            try connection.findOne(Collections.statements, ["_id": .identifier(id)])
                .map { try Statement(document: $0) }
        }
    }

    package func claim() async throws(StoreError) -> StatementJob? {
        let lease = identifiers.next(Identifier<RequestKind>.self).description
        let job: StatementJob? = try await database.read { connection in
            guard
                try connection.findOne(
                    Collections.statements, ["status": "pending"],
                    FindOptions(projection: ["_id": 1])) != nil
            else { return nil }
            try connection.updateMany(
                Collections.statements, Self.idle("$gte"),
                ["$set": ["status": .string(Statement.Status.failed.rawValue)]])
            return try connection.findOneAndUpdate(
                Collections.statements, Self.idle("$lt"),
                Self.claiming(lease), sort: ["_id": 1]
            ).map(StatementJob.init)
        }
        if let job { try await removeEarlierFiles(of: job) }
        return job
    }

    /// Jobs to be done that nobody holds, whose attempts compare like this with the most there
    /// may be.
    private static func idle(_ comparison: String) -> BSONDocument {
        let attempts: BSONValue = ["$ifNull": ["$attempts", 0]]
        let isHeld: BSONValue = ["$gt": [["$ifNull": ["$leaseUntil", .date(0)]], "$$NOW"]]
        let isDue = BSONDocument {
            $0.append(comparison, .array([attempts, .int64(attemptsMax)]))
        }
        return ["status": "pending", "$expr": ["$and": [.document(isDue), ["$not": [isHeld]]]]]
    }

    private static func claiming(_ lease: String) -> MongoUpdate {
        [
            [
                "$set": [
                    "lease": .string(lease),
                    "leaseUntil": ["$add": ["$$NOW", .int64(leaseMilliseconds)]],
                    "attempts": ["$add": [["$ifNull": ["$attempts", .int64(0)]], .int64(1)]],
                ]
            ]
        ]
    }

    private func removeEarlierFiles(of job: StatementJob) async throws(StoreError) {
        guard job.attempt > 1 else { return }
        let bucket = bucket
        try await database.read { connection in
            for attempt in 1..<job.attempt {
                try bucket.removeChunks(
                    of: StatementJob.file(of: job.statement.id, attempt: attempt), connection)
            }
        }
    }

    package func renew(_ job: StatementJob) async throws(StoreError) -> Bool {
        try await extend(job, by: Self.leaseMilliseconds)
    }

    package func giveBack(_ job: StatementJob) async throws(StoreError) {
        _ = try await extend(job, by: Self.pauseMilliseconds)
    }

    /// The lease ends so long from now.
    private func extend(
        _ job: StatementJob, by milliseconds: Int64
    ) async throws(StoreError) -> Bool {
        try await database.read { connection in
            let result = try connection.updateOne(
                Collections.statements, job.filter,
                [["$set": ["leaseUntil": ["$add": ["$$NOW", .int64(milliseconds)]]]]])
            return result.matched == 1
        }
    }
}

// MARK: Files

extension MongoStatements {
    package func write(
        _ bytes: [UInt8], chunk: Int, of job: StatementJob
    ) async throws(StoreError) {
        let bucket = bucket
        let expiresAt = clock.now.advanced(bySeconds: Self.keptSeconds).milliseconds
        try await database.read { connection in
            try bucket.write(
                bytes, file: job.file, number: chunk, expiresAt: expiresAt, connection)
        }
    }

    package func finish(
        _ job: StatementJob, bytes: Int64, notice: Notice
    ) async throws(StoreError) -> Bool {
        let now = clock.now
        let file = bucket.document(
            file: job.file, name: "\(job.statement.id).\(job.statement.format.rawValue)",
            length: bytes, uploadedAt: now.milliseconds,
            expiresAt: now.advanced(bySeconds: Self.keptSeconds).milliseconds)
        let files = bucket.files
        let ready: BSONDocument = [
            "status": .string(Statement.Status.ready.rawValue), "readyAt": .time(now),
            "bytes": .int64(bytes), "file": .string(job.file),
        ]
        do {
            return try await database.transaction { transaction in
                let result = try transaction.updateOne(
                    Collections.statements, job.filter,
                    ["$set": .document(ready), "$unset": ["lease": "", "leaseUntil": ""]])
                guard result.matched == 1 else { return false }
                try transaction.insertOne(files, file)
                try transaction.insertOne(Collections.notices, notice.document)
                return true
            }
        } catch {
            throw StoreError.reported(error)
        }
    }

    package func chunk(
        _ number: Int, of id: StatementID
    ) async throws(StoreError) -> [UInt8]? {
        let bucket = bucket
        return try await database.read { connection in
            guard
                let file = try connection.findOne(
                    Collections.statements, ["_id": .identifier(id)],
                    FindOptions(projection: ["file": 1])
                )?.optionalString("file")
            else { return nil }
            return try bucket.chunk(file, number: number, connection)
        }
    }
}
