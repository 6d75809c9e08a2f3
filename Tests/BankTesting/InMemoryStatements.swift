package import BankCore
package import Ledger
import Synchronization

/// Statements' jobs and files without a database. A lease lasts until it is given back.
package final class InMemoryStatements: StatementStore {
    private struct Job {
        var statement: Statement
        var attempts: Int64 = 0
        var lease: String?
        var file: [[UInt8]] = []
    }

    private struct State {
        var jobs: [StatementID: Job] = [:]
        var notices: [Notice] = []
    }

    private let state = Mutex(State())
    package let chunkBytes = 1_000

    package init() {}

    package var notices: [Notice] { state.withLock { $0.notices } }

    package func add(_ statement: Statement, openMax: Int) async throws(StoreError) -> Bool {
        state.withLock { state in
            let open = state.jobs.values.count {
                $0.statement.status == .pending
                    && $0.statement.requestedBy == statement.requestedBy
            }
            guard open < openMax else { return false }
            state.jobs[statement.id] = Job(statement: statement)
            return true
        }
    }

    package func statement(_ id: StatementID) async throws(StoreError) -> Statement? {
        state.withLock { $0.jobs[id]?.statement }
    }

    package func claim() async throws(StoreError) -> StatementJob? {
        state.withLock { state in
            let idle = state.jobs.values.filter {
                $0.statement.status == .pending && $0.lease == nil
            }
            guard var job = idle.min(by: { $0.statement.id < $1.statement.id }) else { return nil }
            job.attempts += 1
            job.lease = "lease \(job.attempts)"
            job.file = []
            state.jobs[job.statement.id] = job
            return StatementJob(
                statement: job.statement, attempt: job.attempts, lease: job.lease ?? "")
        }
    }

    package func renew(_ job: StatementJob) async throws(StoreError) -> Bool {
        state.withLock { $0.jobs[job.statement.id]?.lease == job.lease }
    }

    package func giveBack(_ job: StatementJob) async throws(StoreError) {
        state.withLock { $0.jobs[job.statement.id]?.lease = nil }
    }

    package func write(
        _ bytes: [UInt8], chunk: Int, of job: StatementJob
    ) async throws(StoreError) {
        state.withLock { $0.jobs[job.statement.id]?.file.append(bytes) }
    }

    package func finish(
        _ job: StatementJob, bytes: Int64, notice: Notice
    ) async throws(StoreError) -> Bool {
        state.withLock { state in
            guard var found = state.jobs[job.statement.id], found.lease == job.lease,
                found.statement.status == .pending
            else { return false }
            found.statement.status = .ready
            found.statement.readyAt = notice.at
            found.statement.bytes = bytes
            state.jobs[job.statement.id] = found
            state.notices.append(notice)
            return true
        }
    }

    package func chunk(
        _ number: Int, of id: StatementID
    ) async throws(StoreError) -> [UInt8]? {
        state.withLock { state in
            guard let file = state.jobs[id]?.file, file.indices.contains(number) else {
                return nil
            }
            return file[number]
        }
    }
}
