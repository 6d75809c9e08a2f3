package import Ledger

/// The committed journal as it grows, with the notices: what the change stream gives.
package protocol JournalFeed: Sendable {
    /// The place of now: all that the majority does not have yet comes behind it, and a look
    /// into the journal after this call sees all that stands before it.
    func present() async throws(FeedError) -> FeedToken

    /// Hands over what is committed behind `place`, in the order of commitment, until the task
    /// is cancelled or the feed breaks. The next batch comes when `deliver` has returned.
    func follow(
        from place: FeedToken, deliver: @escaping @Sendable (FeedBatch) async -> Void
    ) async throws(FeedError)
}

/// A place in the feed, meaningful to the adapter only.
package struct FeedToken: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Some events, perhaps none, and the place behind them.
package struct FeedBatch: Sendable {
    package let events: [FeedEvent]
    package let token: FeedToken?

    package init(events: [FeedEvent], token: FeedToken?) {
        self.events = events
        self.token = token
    }
}

package enum FeedEvent: Hashable, Sendable {
    case transaction(Transaction)
    case notice(CustomerNotice)
}

/// An event without money, for one customer: `account.opened`, `account.status`, …
package struct CustomerNotice: Hashable, Sendable {
    package let kind: String
    package let customerID: CustomerID
    package let accountID: AccountID?
    package let requestID: String
    package let at: Timestamp
    package let data: [String: String]

    package static let accountOpened = "account.opened"
    package static let accountStatus = "account.status"

    /// The account gets no further entry.
    package var tellsOfClosing: Bool {
        kind == Self.accountStatus && data["status"] == "closed"
    }

    package init(
        kind: String, customerID: CustomerID, accountID: AccountID?, requestID: String,
        at: Timestamp, data: [String: String]
    ) {
        self.kind = kind
        self.customerID = customerID
        self.accountID = accountID
        self.requestID = requestID
        self.at = at
        self.data = data
    }
}

/// Why a feed ended.
package enum FeedError: Error, Hashable, Sendable {
    /// The storage could not be reached, or killed the cursor: follow again from the token.
    case interrupted
    /// The place is no longer in the storage's history: only a new start helps.
    case historyLost
}

/// Where the token of what has been fanned out is kept, one per instance of the service.
package protocol FeedTokenStore: Sendable {
    func load() async throws(RealtimeStoreError) -> StoredFeedToken?
    func save(_ token: FeedToken) async throws(RealtimeStoreError)
}

package struct StoredFeedToken: Hashable, Sendable {
    package let token: FeedToken
    /// How long ago it was saved, by the storage's clock; milliseconds.
    package let age: Int64

    package init(token: FeedToken, age: Int64) {
        self.token = token
        self.age = age
    }
}
