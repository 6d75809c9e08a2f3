import BSON
import Mongo

/// Reads as of one moment, page by page, while others go on writing.
///
/// Each page is a command of its own, so that no cursor has to live long. The server keeps a
/// moment's state for `minSnapshotHistoryWindowInSeconds` (300 by default); a longer reading
/// fails with `unavailable`.
struct SnapshotReader: ~Copyable {
    private let time: BSONTimestamp

    /// The state as of now.
    init(_ connection: borrowing MongoConnection) throws {
        time = try connection.operationTime()
    }

    /// At most `limit` documents; all that meet the filter must fit into one reply (16 MiB).
    func page(
        _ connection: borrowing MongoConnection, _ collection: String, _ filter: BSONDocument,
        projection: BSONDocument = [:], sort: BSONDocument? = nil, limit: Int
    ) throws -> [BSONDocument] {
        let request = BSONDocument { command in
            command.append("find", collection)
            command.append("filter", filter)
            command.append("projection", projection)
            if let sort { command.append("sort", sort) }
            command.append("limit", Int64(limit))
            command.append("batchSize", Int64(limit))
            command.append("singleBatch", true)
            command.append(
                "readConcern",
                .document(["level": "snapshot", "atClusterTime": .timestamp(time)]))
        }
        return try connection.command(request).document("cursor").documents("firstBatch")
    }

    /// Goes through a collection in order of `_id`.
    func forEachPage(
        _ connection: borrowing MongoConnection, _ collection: String,
        projection: BSONDocument = [:], limit: Int, _ body: ([BSONDocument]) throws -> Void
    ) throws {
        var filter: BSONDocument = [:]
        while true {
            let documents = try page(
                connection, collection, filter, projection: projection, sort: ["_id": 1],
                limit: limit)
            guard let last = documents.last else { return }
            try body(documents)
            filter = ["_id": ["$gt": .string(try last.string("_id"))]]
        }
    }
}
