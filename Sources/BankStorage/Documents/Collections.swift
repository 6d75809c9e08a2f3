/// The names of the database's collections.
package enum Collections {
    package static let accounts = "accounts"
    package static let blocks = "blocks"
    package static let customers = "customers"
    /// Exact counters: failed log-ins.
    package static let limits = "limits"
    package static let migrations = "migrations"
    package static let notices = "notices"
    package static let sessions = "sessions"
    /// Statements that are made by jobs; their files are in ``statementFiles``.
    package static let statements = "statements"
    /// The bucket of the statements' files: `statementFiles.files` and `statementFiles.chunks`.
    package static let statementFiles = "statementFiles"
    /// The journal: insert-only.
    package static let transactions = "transactions"
}
