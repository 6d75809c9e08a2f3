import BSON

/// Committed changes in their order, from a cursor on a connection and a thread of its own.
///
/// Each `next()` asks the server once, so a slow reader slows nobody but itself.
package struct ChangeFeed: Sendable {
    private let threads: ThreadPool
    private let cursor: ChangeCursor

    init(_ threads: ThreadPool, _ cursor: ChangeCursor) {
        self.threads = threads
        self.cursor = cursor
    }

    /// The next batch: as soon as there are events, else an empty one after `awaitTimeMax`.
    ///
    /// - Throws: `MongoError`: `historyLost`, `invalidated`, or one that `isTemporary`; after it
    ///   the feed is of no use. `CancellationError` if the task was cancelled.
    package func next() async throws -> ChangeBatch {
        try Task.checkCancellation()
        return try await threads.run(operation: "change feed") { try cursor.next(on: $0) }
    }
}

extension MongoDatabase {
    /// Lends a change feed to `body`, and ends it on the server and here when the body ends.
    ///
    /// The feed does not supervise itself: when `next()` throws a temporary error, open another
    /// from the position of the last batch that was dealt with.
    ///
    /// - Throws: what `body` throws.
    package func withChangeFeed<R: Sendable>(
        _ options: ChangeFeedOptions, _ body: (ChangeFeed) async throws -> R
    ) async throws -> R {
        let threads = try ThreadPool(settings, size: 1, name: "mongo-feed")
        let cursor = ChangeCursor(options, database: settings.database)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(ChangeFeed(threads, cursor)))
        } catch {
            result = .failure(error)
        }
        try? await threads.finish(operation: "change feed") { cursor.end(on: $0) }
        await threads.shutDown()
        return try result.get()
    }
}
