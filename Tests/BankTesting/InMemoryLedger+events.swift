package import BankCore
package import Ledger

/// One chain whose blocks hold one entry each.
extension InMemoryLedger: EventSource {
    private static let writer = WriterID.numbered(1)

    package func events(
        after position: EventPosition, viewer: CustomerID?, limit: Int
    ) async throws(StoreError) -> EventPage {
        var filter = TransactionFilter()
        filter.viewer = viewer
        let all = snapshot.transactions.values.sorted { $0.id < $1.id }
        let seen = position.seen.heights[Self.writer] ?? 0
        let news = all.enumerated().dropFirst(Int(seen)).filter { filter.matches($0.element) }
        let items = news.prefix(limit).map { index, entry in
            EventPage.JournalEvent(entry, Self.position(index + 1))
        }
        let hasMore = news.count > limit
        return EventPage(
            items: items,
            next: (hasMore ? items.last?.position : nil) ?? Self.position(all.count),
            hasMore: hasMore)
    }

    package func mark() async throws(StoreError) -> BlockID? {
        .numbered(snapshot.transactions.count)
    }

    private static func position(_ count: Int) -> EventPosition {
        EventPosition(seen: ChainMarks(heights: [writer: Int64(count)], floor: nil))
    }
}
