import BSON
import Mongo

/// Reads as of one moment, page by page, while others go on writing.
///
/// Each page is a command of its own, so that no cursor has to live long. The server keeps a
/// moment's state for `minSnapshotHistoryWindowInSeconds` (300 by default); a longer reading
/// fails with `unavailable`.
struct SnapshotReader: Sendable {
    private let time: BSONTimestamp

    /// The state as of now.
    init(_ connection: borrowing MongoConnection) throws {
        time = try connection.operationTime()
    }

    /// At most `limit` documents; all that meet the filter must fit into one reply (16 MiB).
    func page(
        _ connection: borrowing MongoConnection, _ collection: String, _ filter: BSONDocument,
        projection: BSONDocument = [:], sort: BSONDocument? = nil, hint: String? = nil, limit: Int
    ) throws -> [BSONDocument] {
        let request = BSONDocument { command in
            command.append("find", collection)
            command.append("filter", filter)
            command.append("projection", projection)
            if let sort { command.append("sort", sort) }
            if let hint { command.append("hint", hint) }
            command.append("limit", Int64(limit))
            command.append("batchSize", Int64(limit))
            command.append("singleBatch", true)
            command.append("readConcern", readConcern)
        }
        return try connection.command(request).document("cursor").documents("firstBatch")
    }

    /// What a pipeline gives, which must fit into one reply (16 MiB).
    func aggregate(
        _ connection: borrowing MongoConnection, _ collection: String,
        _ pipeline: [BSONDocument], timeMax: Duration? = nil
    ) throws -> [BSONDocument] {
        let request = BSONDocument { command in
            command.append("aggregate", collection)
            command.append("pipeline", .documents(pipeline))
            command.append("cursor", ["batchSize": 1_000_000] as BSONDocument)
            if let timeMax { command.append("maxTimeMS", Int64(timeMax / .milliseconds(1))) }
            command.append("readConcern", readConcern)
        }
        return try connection.command(request).document("cursor").documents("firstBatch")
    }

    /// How many documents there are.
    func count(_ connection: borrowing MongoConnection, _ collection: String) throws -> Int64 {
        try aggregate(
            connection, collection, [["$count": "n"], ["$set": ["n": ["$toLong": "$n"]]]]
        )
        .first?.int64("n") ?? 0
    }

    private var readConcern: BSONDocument {
        ["level": "snapshot", "atClusterTime": .timestamp(time)]
    }
}
