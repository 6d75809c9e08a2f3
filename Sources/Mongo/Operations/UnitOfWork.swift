import BSON
import CMongoC

/// The client and session that one body works with. It lives on one thread, and is of no use
/// any more when the body has ended.
package final class UnitOfWork {
    private var lent: OpaquePointer?
    let session: OpaquePointer?
    let database: String
    /// The first fault within a transaction: from then on it is dead on the server.
    private(set) var failure: MongoError?

    init(client: OpaquePointer, session: OpaquePointer? = nil, database: String) {
        lent = client
        self.session = session
        self.database = database
    }

    /// Takes the client away; whoever kept the unit gets errors.
    func end() {
        lent = nil
    }

    /// The client, for an operation; throws after the end, or when the transaction is dead.
    func client(for operation: String) throws(MongoError) -> OpaquePointer {
        if let failure { throw failure }
        guard let lent else { throw MongoError(.bug, operation: operation) }
        return lent
    }

    /// Remembers a fault, and gives it back to be thrown.
    func failed(_ error: MongoError) -> MongoError {
        if session != nil, failure == nil { failure = error }
        return error
    }

    /// A fault of an operation that changes something. Where the connection broke under a write
    /// that stands alone, nobody knows whether it arrived.
    func writeFailed(_ error: MongoError, _ failure: bson_error_t) -> MongoError {
        let broke =
            failure.domain == MONGOC_ERROR_STREAM.rawValue
            && failure.code == MONGOC_ERROR_STREAM_SOCKET.rawValue
        return failed(session == nil && broke ? error.with(.outcomeUnknown) : error)
    }
}
