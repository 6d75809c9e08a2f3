/// The bounds of the posting engine.
package struct PostingLimits: Hashable, Sendable {
    /// Commands in one transaction: beyond it throughput rises little and latency much.
    package var batchCommandsMax = 256
    /// Batches in flight at once, no two of which share an account.
    package var lanes = 2
    /// Commands of one workload that may wait.
    package var queuedCommandsMax = 8_192
    /// The longest wait a new ordinary command may have to expect.
    package var waitExpectedMax: Duration = .milliseconds(250)
    /// From acceptance to answer, whatever happens.
    package var commandDeadline: Duration = .seconds(5)
    package var deadlineCheckInterval: Duration = .milliseconds(100)
    /// How long a second request with a running key waits for the first one's outcome.
    package var sameKeyWaitMax: Duration = .seconds(2)
    /// Such requests that may wait at once, over all keys.
    package var sameKeyWaitersMax = 4_096
    /// Blocked commands that are passed over in the search for commands that may go.
    package var passedOverMax = 1_024
    /// How often a command that breaks a batch all alone is tried: a race leaves a duplicate
    /// key once, and is then seen by the read.
    package var aloneAttemptsMax = 3

    package init() {}
}
