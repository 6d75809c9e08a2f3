package import Ledger
import Synchronization

/// The socket that a record is of, and whose it is.
package struct LoggedSocket: Hashable, Sendable {
    package let connectionID: ConnectionID
    package let customerID: CustomerID?
    package let sessionID: SessionID?

    package init(connectionID: ConnectionID, customerID: CustomerID?, sessionID: SessionID?) {
        self.connectionID = connectionID
        self.customerID = customerID
        self.sessionID = sessionID
    }
}

/// Sockets that a push went to together, in its order.
///
/// Those of one account are the same from push to push, until one comes or goes. Large sets are
/// therefore stored once, by themselves, and the records of a push name them.
package final class SocketSet: Sendable {
    package let id: SocketSetID
    package let sockets: [LoggedSocket]
    /// Whose they are, each once.
    package let customers: [CustomerID]
    private let stored = Atomic(false)

    /// Fewer cost less within the records of each push.
    package static let sharedMin = 16
    /// More sockets of one push are more than one set.
    package static let socketsMax = 1_000
    /// A set is named no longer than this, so that it is known when nothing names it any more.
    package static let namedSeconds: Int64 = 3_600

    package init(_ id: SocketSetID, _ sockets: [LoggedSocket]) {
        self.id = id
        self.sockets = sockets
        self.customers = Array(Set(sockets.compactMap(\.customerID)))
    }

    package var isShared: Bool { sockets.count >= Self.sharedMin }

    /// Whether the store has it, so that records may name it.
    package var isStored: Bool { stored.load(ordering: .acquiring) }
    package func markStored() { stored.store(true, ordering: .releasing) }
}
