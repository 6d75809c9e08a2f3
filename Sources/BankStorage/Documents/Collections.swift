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
    /// The journal: insert-only.
    package static let transactions = "transactions"
}
