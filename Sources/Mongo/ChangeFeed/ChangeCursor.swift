import BSON
import CMongoC

/// The cursor behind a feed, its session and the server it lives on.
///
/// The compiler can't see it, but all calls come from the one thread of the feed's pool, which
/// brings its client along.
final class ChangeCursor: @unchecked Sendable {
    private let options: ChangeFeedOptions
    private let database: String
    private var session: Session?
    private var server: UInt32 = 0
    /// The server's number of the cursor; 0 when there is none.
    private var id: Int64 = 0
    private var failure: MongoError?

    private static let operation = "change feed"

    init(_ options: ChangeFeedOptions, database: String) {
        self.options = options
        self.database = database
    }

    /// Blocks for the next batch. After an error there is none any more.
    func next(on client: Client) throws(MongoError) -> ChangeBatch {
        if let failure { throw failure }
        do {
            return try session == nil ? open(client) : more(client)
        } catch {
            failure = error
            // A server that does not answer is not asked once more: it forgets the cursor itself.
            if error.kind == .unavailable { id = 0 }
            end(on: client)
            throw error
        }
    }

    /// Ends the cursor on the server, if it is open, and the session.
    func end(on client: Client) {
        if id != 0 {
            _ = try? command(options.endCommand(id), client)
            id = 0
        }
        session = nil
        failure = failure ?? MongoError(.shutDown, operation: Self.operation)
    }

    private func open(_ client: Client) throws(MongoError) -> ChangeBatch {
        session = try Session(on: client)
        var fault = bson_error_t()
        server = teller_primary(client.pointer, &fault)
        guard server != 0 else {
            throw MongoError(operation: Self.operation, reply: nil, failure: fault)
        }
        return try batch(command(options.openCommand, client), "firstBatch")
    }

    private func more(_ client: Client) throws(MongoError) -> ChangeBatch {
        // An invalidating event closes the cursor: the server sends it as the last.
        guard id != 0 else { throw MongoError(.invalidated, operation: Self.operation) }
        return try batch(command(options.nextCommand(id), client), "nextBatch")
    }

    private func command(
        _ request: BSONDocument, _ client: Client
    ) throws(MongoError) -> BSONDocument {
        let unit = UnitOfWork(
            client: client.pointer, session: session?.handle, database: database)
        return try MongoConnection(unit: unit).command(request, server: server)
    }

    private func batch(
        _ reply: BSONDocument, _ field: String
    ) throws(MongoError) -> ChangeBatch {
        do {
            let cursor = try reply.document("cursor")
            id = try cursor.int64("id")
            let events = try cursor.documents(field)
            let position = try cursor.document("postBatchResumeToken")
            return ChangeBatch(events: events, position: position)
        } catch {
            throw MongoError(.bug, operation: Self.operation)
        }
    }
}
