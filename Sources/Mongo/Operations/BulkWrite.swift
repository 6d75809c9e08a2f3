package import BSON
import CMongoC

/// Writes to one collection that go out together, in as few messages as the server allows.
///
/// A write that can't be encoded fails the whole when it is sent.
package struct BulkWrite: ~Copyable {
    private let handle: OpaquePointer
    private let operation: String
    private var failure: bson_error_t?
    private(set) var count = 0

    /// Takes over the driver's bulk operation.
    init(_ handle: OpaquePointer, operation: String) {
        self.handle = handle
        self.operation = operation
    }

    package mutating func insert(_ document: BSONDocument) {
        add { handle, error in
            document.withBytes { teller_bulk_insert(handle, $0, &error) }
        }
    }

    package mutating func updateOne(
        _ filter: BSONDocument, _ update: MongoUpdate, upsert: Bool = false
    ) {
        addUpdate(TELLER_UPDATE_ONE, filter, update.document, upsert)
    }

    package mutating func updateMany(
        _ filter: BSONDocument, _ update: MongoUpdate, upsert: Bool = false
    ) {
        addUpdate(TELLER_UPDATE_MANY, filter, update.document, upsert)
    }

    package mutating func replaceOne(
        _ filter: BSONDocument, _ replacement: BSONDocument, upsert: Bool = false
    ) {
        addUpdate(TELLER_REPLACE_ONE, filter, replacement, upsert)
    }

    package mutating func deleteOne(_ filter: BSONDocument) {
        addRemove(many: false, filter)
    }

    package mutating func deleteMany(_ filter: BSONDocument) {
        addRemove(many: true, filter)
    }

    private mutating func addUpdate(
        _ kind: teller_update_kind, _ filter: BSONDocument, _ update: BSONDocument, _ upsert: Bool
    ) {
        add { handle, error in
            filter.withBytes { filter in
                update.withBytes { update in
                    teller_bulk_update(handle, kind, filter, update, upsert, &error)
                }
            }
        }
    }

    private mutating func addRemove(many: Bool, _ filter: BSONDocument) {
        add { handle, error in
            filter.withBytes { teller_bulk_remove(handle, many, $0, &error) }
        }
    }

    private mutating func add(_ body: (OpaquePointer, inout bson_error_t) -> Bool) {
        var error = bson_error_t()
        let added = body(handle, &error)
        if !added, failure == nil { failure = error }
        count += 1
    }

    /// Sends all; nothing to send is a success.
    consuming func execute(for unit: UnitOfWork) throws(MongoError) -> WriteResult {
        if let failure {
            throw unit.failed(MongoError(operation: operation, reply: nil, failure: failure))
        }
        guard count > 0 else { return WriteResult() }
        var reply = Reply()
        guard teller_bulk_execute(handle, &reply.raw) else {
            throw unit.writeFailed(reply.error(operation), reply.raw.error)
        }
        return WriteResult(bulkReply: reply.document ?? [:])
    }

    deinit {
        mongoc_bulk_operation_destroy(handle)
    }
}

extension WriteResult {
    fileprivate init(bulkReply reply: BSONDocument) {
        self.init()
        func number(_ field: String) -> Int64 {
            (try? reply.optionalInt64(field)) ?? 0
        }
        inserted = number("nInserted")
        matched = number("nMatched")
        modified = number("nModified")
        upserted = number("nUpserted")
        deleted = number("nRemoved")
    }
}
