/// The names of the database's collections.
package enum Collections {
    package static let accounts = "accounts"
    package static let accountTypes = "accountTypes"
    package static let blocks = "blocks"
    /// One document: the version of all types.
    package static let catalogue = "catalogue"
    /// Log-ins that wait for a code.
    package static let challenges = "challenges"
    package static let customers = "customers"
    /// Money set aside.
    package static let holds = "holds"
    /// Exact counters: wrong passwords and codes.
    package static let limits = "limits"
    /// The queue of outgoing messages.
    package static let messages = "messages"
    package static let migrations = "migrations"
    package static let notices = "notices"
    package static let sessions = "sessions"
    /// Statements that are made by jobs; their files are in ``statementFiles``.
    package static let statements = "statements"
    /// The bucket of the statements' files: `statementFiles.files` and `statementFiles.chunks`.
    package static let statementFiles = "statementFiles"
    /// The journal: insert-only.
    package static let transactions = "transactions"
    package static let transactionTypes = "transactionTypes"
    /// Customers' second factors.
    package static let twoFactors = "twoFactors"
}
