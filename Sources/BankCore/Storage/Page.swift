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

    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}
