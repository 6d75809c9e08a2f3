/// How to reach a replica set, and the limits of every wait.
///
/// What the URI itself says about a timeout wins over what stands here.
package struct MongoSettings: Sendable {
    /// `mongodb://…` or `mongodb+srv://…`; may hold a password, so it is never shown.
    package var uri: String
    package var database: String
    /// Tells this process from others in the server's logs, and finds what an earlier process
    /// of the same name left behind; see `MongoDatabase.endTransactionsOfFormerProcess()`.
    /// At most 128 bytes.
    package var applicationName: String

    /// Threads, and so connections, at work at the same time.
    package var poolSize = 16
    /// Units of work that may wait for a thread; one more is refused at once.
    package var waitersMax = 1_024
    /// The longest wait for a thread.
    package var waitQueueTimeout: Duration = .seconds(1)

    package var serverSelectionTimeout: Duration = .seconds(3)
    package var connectTimeout: Duration = .seconds(2)
    package var socketTimeout: Duration = .seconds(5)
    package var heartbeatInterval: Duration = .seconds(2)
    package var retryWrites = true
    package var retryReads = true

    package var transactionRetries = RetryPolicy()

    package init(uri: String, database: String, applicationName: String = "teller") {
        self.uri = uri
        self.database = database
        self.applicationName = applicationName
    }
}
