import BSON
import CMongoC

/// A cursor of the driver; ended here and on the server when it goes out of use.
struct Cursor: ~Copyable {
    private let handle: OpaquePointer
    private let operation: String

    /// Takes over the cursor.
    init(_ handle: OpaquePointer, operation: String) {
        self.handle = handle
        self.operation = operation
    }

    /// The next document, nil after the last.
    borrowing func next() throws(MongoError) -> BSONDocument? {
        var lent = teller_bytes()
        if teller_cursor_next(handle, &lent) {
            return try BSONDocument(copying: lent, operation: operation)
        }
        var reply = Reply()
        if teller_cursor_failed(handle, &reply.raw) { throw reply.error(operation) }
        return nil
    }

    deinit {
        mongoc_cursor_destroy(handle)
    }
}
