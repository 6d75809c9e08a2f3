package import BSON

/// What a change feed shows, and from where.
package struct ChangeFeedOptions: Sendable {
    package enum Start: Sendable {
        /// With the next change.
        case now
        /// Behind a position that an earlier feed gave (`ChangeBatch.position`), with the same
        /// pipeline.
        case after(BSONDocument)
        /// With the first change at or after a moment (`MongoConnection.operationTime()`).
        case at(BSONTimestamp)
    }

    /// Stages behind `$changeStream`, such as a `$match`.
    package var pipeline: [BSONDocument]
    package var start: Start
    /// One collection, or nil for the whole database.
    package var collection: String?
    /// How long the server waits for a change before it answers with none: also the longest
    /// that the end of a feed takes while the server answers.
    package var awaitTimeMax: Duration = .milliseconds(500)
    /// Changes a batch.
    package var batchSize: Int32 = 1_000

    package init(
        pipeline: [BSONDocument] = [], start: Start = .now, collection: String? = nil
    ) {
        self.pipeline = pipeline
        self.start = start
        self.collection = collection
    }

    /// The command that opens the feed.
    var openCommand: BSONDocument {
        let target: BSONValue = collection.map { .string($0) } ?? .int32(1)
        let stages: [BSONDocument] = [["$changeStream": .document(stage)]] + pipeline
        return [
            "aggregate": target,
            "pipeline": .documents(stages),
            "cursor": ["batchSize": .int32(batchSize)],
            "readConcern": ["level": "majority"],
        ]
    }

    /// The command that waits for the next batch.
    func nextCommand(_ cursor: Int64) -> BSONDocument {
        [
            "getMore": .int64(cursor),
            "collection": .string(cursorCollection),
            "batchSize": .int32(batchSize),
            "maxTimeMS": .int64(awaitTimeMax.milliseconds),
        ]
    }

    func endCommand(_ cursor: Int64) -> BSONDocument {
        ["killCursors": .string(cursorCollection), "cursors": [.int64(cursor)]]
    }

    private var cursorCollection: String { collection ?? "$cmd.aggregate" }

    private var stage: BSONDocument {
        switch start {
        case .now: [:]
        case .after(let token): ["startAfter": .document(token)]
        case .at(let time): ["startAtOperationTime": .timestamp(time)]
        }
    }
}

/// Changes that came together.
package struct ChangeBatch: Hashable, Sendable {
    /// As the server (and the pipeline) gives them, in their order; none when nothing happened.
    package let events: [BSONDocument]
    /// To go on behind this batch: also moves when there are no events, so that it doesn't get
    /// lost with the operation log's end.
    package let position: BSONDocument
}
