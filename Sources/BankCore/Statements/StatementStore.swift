package import Ledger

/// Where statements that are made by jobs are kept, with their files.
package protocol StatementStore: Sendable {
    /// Keeps a new job.
    /// - Returns: false when the one who asks has so many open already.
    func add(_ statement: Statement, openMax: Int) async throws(StoreError) -> Bool

    func statement(_ id: StatementID) async throws(StoreError) -> Statement?

    /// Takes the oldest job that nobody works on, for a while: renew it, finish it or give it
    /// back. A job that failed too often is given up here.
    func claim() async throws(StoreError) -> StatementJob?

    /// Keeps the job for another while.
    /// - Returns: false when it is somebody else's by now.
    func renew(_ job: StatementJob) async throws(StoreError) -> Bool

    /// Lets another one, or this one later, begin anew; what was written is thrown away.
    func giveBack(_ job: StatementJob) async throws(StoreError)

    /// The file's next piece, ``chunkBytes`` long but for the last.
    func write(
        _ bytes: [UInt8], chunk: Int, of job: StatementJob
    ) async throws(StoreError)

    /// The file is whole: it can be read from now on, and the notice of it is pushed. All or
    /// nothing, and only once.
    /// - Returns: false when the job is somebody else's by now.
    func finish(
        _ job: StatementJob, bytes: Int64, notice: Notice
    ) async throws(StoreError) -> Bool

    /// A piece of a file that is ready; nil behind the last.
    func chunk(_ number: Int, of id: StatementID) async throws(StoreError) -> [UInt8]?

    /// Bytes of a piece.
    var chunkBytes: Int { get }
}

/// A job that is worked on.
package struct StatementJob: Hashable, Sendable {
    package let statement: Statement
    /// From 1.
    package let attempt: Int64
    /// Proves that the job is ours.
    package let lease: String

    package init(statement: Statement, attempt: Int64, lease: String) {
        self.statement = statement
        self.attempt = attempt
        self.lease = lease
    }
}
