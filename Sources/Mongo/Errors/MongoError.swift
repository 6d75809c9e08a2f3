/// A fault of the database or of the way to it, by what can be done about it.
///
/// The description names the operation, the kind and the server's code: never the URI, the
/// server's own text or a value of a document.
package struct MongoError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        // Try again later:

        /// No primary could be reached, or it went away; nothing was committed by a
        /// transaction that ends like this.
        case unavailable
        /// All threads were busy for `MongoSettings.waitQueueTimeout`, or too many wait.
        case poolExhausted
        /// The server took longer than the time it was given.
        case timeLimitExceeded
        /// The database was shut down by this process.
        case shutDown

        // Try again at once:

        /// Another transaction was in the way, or the primary changed: nothing was committed,
        /// the whole transaction may run again (`MongoDatabase.transaction` has done so until
        /// its deadline).
        case transient

        // Find out first:

        /// Whether the commit (or, outside of a transaction, the write) happened can't be told.
        case outcomeUnknown

        // The data say no:

        /// A unique index holds that key already.
        case duplicateKey(index: String)
        /// A validator of the collection refused the document.
        case validation

        // Change feeds:

        /// The operation log no longer reaches back to the position: start anew.
        case historyLost
        /// The watched collection or database was dropped or renamed.
        case invalidated
        /// The cursor is gone; open a new one (a change feed: from its last position).
        case cursorLost

        // A person has to look:

        /// The server is reachable, but no member of a replica set.
        case notReplicaSet
        /// Credentials are wrong or have too few rights.
        case unauthorized
        /// The settings can't be used, such as a URI that is none.
        case settings
        /// The collection or index exists already, with other options.
        case alreadyExists
        /// A request the server doesn't understand or a reply this layer doesn't: a bug.
        case bug
    }

    package let kind: Kind
    /// What was tried: an operation and a collection, such as `find accounts`.
    package let operation: String
    /// The server's or the driver's number for the fault; 0 if there is none.
    package let code: Int32
    /// The server's name for the fault, such as `WriteConflict`.
    package let codeName: String?
    /// The server's and the driver's labels, such as `TransientTransactionError`.
    package let labels: Set<String>

    package init(
        _ kind: Kind, operation: String, code: Int32 = 0, codeName: String? = nil,
        labels: Set<String> = []
    ) {
        self.kind = kind
        self.operation = operation
        self.code = code
        self.codeName = codeName
        self.labels = labels
    }
}

extension MongoError {
    /// Nothing was committed, and the whole transaction may run again.
    package var isTransientTransactionError: Bool {
        labels.contains(Self.transientTransactionLabel)
    }

    /// The same may succeed a little later; a change feed is opened again from its last position.
    package var isTemporary: Bool {
        switch kind {
        case .unavailable, .poolExhausted, .timeLimitExceeded, .transient, .cursorLost,
            .outcomeUnknown:
            true
        case .shutDown, .duplicateKey, .validation, .historyLost, .invalidated, .notReplicaSet,
            .unauthorized, .settings, .alreadyExists, .bug:
            false
        }
    }

    /// The commit may have happened: only another commit can tell.
    var isUnknownCommitResult: Bool { labels.contains(Self.unknownCommitLabel) }

    static let transientTransactionLabel = "TransientTransactionError"
    static let unknownCommitLabel = "UnknownTransactionCommitResult"

    func with(_ kind: Kind) -> MongoError {
        MongoError(kind, operation: operation, code: code, codeName: codeName, labels: labels)
    }
}

extension MongoError: CustomStringConvertible {
    package var description: String {
        let number = code == 0 ? "" : " (\(code)\(codeName.map { " \($0)" } ?? ""))"
        return "\(operation): \(kind)\(number)"
    }
}
