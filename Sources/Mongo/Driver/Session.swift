import BSON
import CMongoC

/// A session of the driver, for one transaction at a time. An open transaction is given up when
/// the session goes out of use.
struct Session: ~Copyable {
    let handle: OpaquePointer
    private let client: Client

    init(on client: Client) throws(MongoError) {
        var failure = bson_error_t()
        guard let handle = teller_session_start(client.pointer, &failure) else {
            let error = MongoError(operation: "start session", reply: nil, failure: failure)
            // Sessions are refused by a server that stands alone, and by no other we can use.
            throw failure.code == MONGOC_ERROR_CLIENT_SESSION_FAILURE.rawValue
                ? error.with(.notReplicaSet) : error
        }
        self.handle = handle
        self.client = client
    }

    /// - Parameter commitTimeMax: the server gives up a commit after this.
    borrowing func startTransaction(commitTimeMax: Duration) throws(MongoError) {
        var failure = bson_error_t()
        guard teller_transaction_start(handle, commitTimeMax.milliseconds, &failure) else {
            throw MongoError(operation: "start transaction", reply: nil, failure: failure)
        }
    }

    borrowing func commit() throws(MongoError) {
        var reply = Reply()
        guard teller_transaction_commit(handle, &reply.raw) else {
            throw reply.error("commit")
        }
    }

    /// Gives the transaction up. If the server can't be told, its own time limit ends it.
    borrowing func abort() {
        guard mongoc_client_session_in_transaction(handle), client.hasPrimary else { return }
        _ = mongoc_client_session_abort_transaction(handle, nil)
    }

    /// Ends what a refused commit may have left open: it would hold its documents for a minute,
    /// and the driver does not give up what it has tried to commit.
    borrowing func kill() {
        guard client.hasPrimary else { return }
        teller_session_kill(client.pointer, handle)
    }

    deinit {
        client.end(handle)
    }
}
