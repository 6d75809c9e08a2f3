package import BSON
import CMongoC

extension MongoOperations where Self: ~Copyable {
    /// Gathers writes and sends them.
    ///
    /// - Parameter ordered: in their order, up to the first that fails; else all are tried, and
    ///   the first fault is thrown.
    @discardableResult
    package func bulkWrite<E: Error>(
        _ collection: String, ordered: Bool = true,
        _ build: (inout BulkWrite) throws(E) -> Void
    ) throws -> WriteResult {
        var bulk = try openBulk(collection, ordered: ordered, operation: "write \(collection)")
        try build(&bulk)
        return try bulk.execute(for: unit)
    }

    package func insertOne(
        _ collection: String, _ document: BSONDocument
    ) throws(MongoError) {
        _ = try write(collection, "insert") { $0.insert(document) }
    }

    /// Inserts all, in as many messages as needed; outside of a transaction those before the
    /// first fault stay.
    package func insertMany(
        _ collection: String, _ documents: some Sequence<BSONDocument>, ordered: Bool = true
    ) throws(MongoError) {
        _ = try write(collection, "insert", ordered: ordered) { bulk in
            for document in documents {
                bulk.insert(document)
            }
        }
    }

    @discardableResult
    package func updateOne(
        _ collection: String, _ filter: BSONDocument, _ update: MongoUpdate, upsert: Bool = false
    ) throws(MongoError) -> WriteResult {
        try write(collection, "update") { $0.updateOne(filter, update, upsert: upsert) }
    }

    @discardableResult
    package func updateMany(
        _ collection: String, _ filter: BSONDocument, _ update: MongoUpdate, upsert: Bool = false
    ) throws(MongoError) -> WriteResult {
        try write(collection, "update") { $0.updateMany(filter, update, upsert: upsert) }
    }

    @discardableResult
    package func replaceOne(
        _ collection: String, _ filter: BSONDocument, _ replacement: BSONDocument,
        upsert: Bool = false
    ) throws(MongoError) -> WriteResult {
        try write(collection, "replace") { $0.replaceOne(filter, replacement, upsert: upsert) }
    }

    /// - Returns: how many were deleted.
    @discardableResult
    package func deleteOne(
        _ collection: String, _ filter: BSONDocument
    ) throws(MongoError) -> Int64 {
        try write(collection, "delete") { $0.deleteOne(filter) }.deleted
    }

    /// - Returns: how many were deleted.
    @discardableResult
    package func deleteMany(
        _ collection: String, _ filter: BSONDocument
    ) throws(MongoError) -> Int64 {
        try write(collection, "delete") { $0.deleteMany(filter) }.deleted
    }

    private func write(
        _ collection: String, _ verb: String, ordered: Bool = true,
        _ build: (inout BulkWrite) -> Void
    ) throws(MongoError) -> WriteResult {
        var bulk = try openBulk(collection, ordered: ordered, operation: "\(verb) \(collection)")
        build(&bulk)
        return try bulk.execute(for: unit)
    }

    private func openBulk(
        _ collection: String, ordered: Bool, operation: String
    ) throws(MongoError) -> BulkWrite {
        let client = try unit.client(for: operation)
        var failure = bson_error_t()
        guard
            let handle = teller_bulk_new(
                client, unit.session, unit.database, collection, ordered, &failure)
        else {
            throw unit.failed(MongoError(operation: operation, reply: nil, failure: failure))
        }
        return BulkWrite(handle, operation: operation)
    }
}
