package import BSON
import CMongoC

extension MongoOperations where Self: ~Copyable {
    /// The documents that meet the filter, all of them in memory: use it with a limit, or where
    /// the number is known to be small.
    package func find(
        _ collection: String, _ filter: BSONDocument = [:], _ options: FindOptions = FindOptions()
    ) throws(MongoError) -> [BSONDocument] {
        var options = options
        // All of them are wanted: no second message after the server's usual 101 documents.
        if options.batchSize == nil { options.batchSize = 10_000 }
        let cursor = try open(collection, filter, options)
        return try gather(cursor)
    }

    /// The first document that meets the filter.
    package func findOne(
        _ collection: String, _ filter: BSONDocument, _ options: FindOptions = FindOptions()
    ) throws(MongoError) -> BSONDocument? {
        var one = options
        one.limit = 1
        return try find(collection, filter, one).first
    }

    /// Goes through any number of documents in bounded memory; what `body` throws ends it.
    package func forEach(
        _ collection: String, _ filter: BSONDocument = [:], _ options: FindOptions = FindOptions(),
        _ body: (BSONDocument) throws -> Void
    ) throws {
        let cursor = try open(collection, filter, options)
        try visit(cursor, body)
    }

    /// The documents a pipeline gives, all of them in memory.
    package func aggregate(
        _ collection: String, _ pipeline: [BSONDocument],
        _ options: AggregateOptions = AggregateOptions()
    ) throws(MongoError) -> [BSONDocument] {
        let cursor = try open(collection, pipeline, options)
        return try gather(cursor)
    }

    /// Goes through what a pipeline gives in bounded memory; what `body` throws ends it.
    package func forEach(
        _ collection: String, pipeline: [BSONDocument],
        _ options: AggregateOptions = AggregateOptions(), _ body: (BSONDocument) throws -> Void
    ) throws {
        let cursor = try open(collection, pipeline, options)
        try visit(cursor, body)
    }

    /// How many documents meet the filter, by looking at them (or at an index): exact.
    ///
    /// - Parameter limit: stop counting here.
    package func count(
        _ collection: String, _ filter: BSONDocument = [:], limit: Int64? = nil
    ) throws(MongoError) -> Int64 {
        var pipeline: [BSONDocument] = [["$match": .document(filter)]]
        if let limit { pipeline.append(["$limit": .int64(limit)]) }
        pipeline.append(["$count": "n"])
        do {
            return try aggregate(collection, pipeline).first?.int64("n") ?? 0
        } catch let error as MongoError {
            throw error
        } catch {
            throw MongoError(.bug, operation: "count \(collection)")
        }
    }

    // MARK: Cursors

    private func open(
        _ collection: String, _ filter: BSONDocument, _ options: FindOptions
    ) throws(MongoError) -> Cursor {
        let operation = "find \(collection)"
        let client = try unit.client(for: operation)
        var failure = bson_error_t()
        let handle = filter.withBytes { filter in
            options.document.withBytes { options in
                teller_find(
                    client, unit.session, unit.database, collection, filter, options, &failure)
            }
        }
        return try cursor(handle, failure, operation)
    }

    private func open(
        _ collection: String, _ pipeline: [BSONDocument], _ options: AggregateOptions
    ) throws(MongoError) -> Cursor {
        let operation = "aggregate \(collection)"
        let client = try unit.client(for: operation)
        var failure = bson_error_t()
        let handle = BSONDocument(array: pipeline).withBytes { pipeline in
            options.document.withBytes { options in
                teller_aggregate(
                    client, unit.session, unit.database, collection, pipeline, options, &failure)
            }
        }
        return try cursor(handle, failure, operation)
    }

    private func cursor(
        _ handle: OpaquePointer?, _ failure: bson_error_t, _ operation: String
    ) throws(MongoError) -> Cursor {
        guard let handle else {
            throw unit.failed(MongoError(operation: operation, reply: nil, failure: failure))
        }
        return Cursor(handle, operation: operation)
    }

    private func gather(_ cursor: borrowing Cursor) throws(MongoError) -> [BSONDocument] {
        var documents: [BSONDocument] = []
        while let document = try next(cursor) {
            documents.append(document)
        }
        return documents
    }

    private func visit(
        _ cursor: borrowing Cursor, _ body: (BSONDocument) throws -> Void
    ) throws {
        while let document = try next(cursor) {
            try body(document)
        }
    }

    private func next(_ cursor: borrowing Cursor) throws(MongoError) -> BSONDocument? {
        do {
            return try cursor.next()
        } catch {
            throw unit.failed(error)
        }
    }
}
