package import Ledger

/// Which part of a list is wanted: at most `limit` items that come after the position.
package struct PageRequest<Position: Hashable & Sendable>: Hashable, Sendable {
    /// 1…200.
    package let limit: Int
    /// The last item of the page before; nil for the first page.
    package let after: Position?

    package init(limit: Int, after: Position? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// A part of a list, in the list's order.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let hasMore: Bool
    /// Where the next page begins, when that is not behind the last item: a search that found
    /// less than a page in what it looked at, and has more to look at.
    package let searchedTo: SearchPosition?

    package init(items: [Item], hasMore: Bool, searchedTo: SearchPosition? = nil) {
        self.items = items
        self.hasMore = hasMore
        self.searchedTo = searchedTo
    }
}

/// The bits of the identifier to which a search has looked.
package struct SearchPosition: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init<Kind>(_ id: Identifier<Kind>) {
        high = id.high
        low = id.low
    }
}
