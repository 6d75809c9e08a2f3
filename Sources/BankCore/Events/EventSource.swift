package import Ledger

/// The journal as a feed: every entry once, none ever skipped, from any place on.
package protocol EventSource: Sendable {
    /// The entries behind a place, as far as they are committed.
    ///
    /// - Parameters:
    ///   - viewer: only what this customer may see; nil: everything, for staff.
    ///   - limit: 1…200 entries.
    func events(
        after position: EventPosition, viewer: CustomerID?, limit: Int
    ) async throws(StoreError) -> EventPage

    /// Changes when something was committed; what changes it is seen within 5 s at the latest,
    /// almost always at once.
    func mark() async throws(StoreError) -> BlockID?
}

/// Some entries in the order of their ids, and where to go on.
package struct EventPage: Sendable {
    package let items: [JournalEvent]
    package let next: EventPosition
    /// More is committed already.
    package let hasMore: Bool

    package struct JournalEvent: Sendable {
        package let transaction: Transaction
        /// The place behind it.
        package let position: EventPosition

        package init(_ transaction: Transaction, _ position: EventPosition) {
            self.transaction = transaction
            self.position = position
        }
    }

    package init(items: [JournalEvent], next: EventPosition, hasMore: Bool) {
        self.items = items
        self.next = next
        self.hasMore = hasMore
    }
}

/// A place in the feed: up to which block of each chain the reader has seen the journal, and,
/// in the middle of a pass from there to later heads, the last entry that it got.
///
/// Why not a number or an id: docs/decisions/0013-events-by-chain-heights.md.
package struct EventPosition: Hashable, Sendable {
    package var seen: ChainMarks
    package var pass: EventPass?

    package init(seen: ChainMarks, pass: EventPass? = nil) {
        self.seen = seen
        self.pass = pass
    }

    /// Before the first entry.
    package static let beginning = EventPosition(seen: ChainMarks())
}

/// A walk through all entries between two states of the chains, in the order of their ids.
package struct EventPass: Hashable, Sendable {
    package let target: ChainMarks
    /// The last entry that was looked at.
    package var after: TransactionID
    /// The last id that an entry of the pass may have.
    package let through: TransactionID

    package init(target: ChainMarks, after: TransactionID, through: TransactionID) {
        self.target = target
        self.after = after
        self.through = through
    }
}
