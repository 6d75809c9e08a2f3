import BSON
import BankCore
import Ledger
import Mongo

/// How one page of a list is found with a bounded effort.
///
/// Lists go along an index by id, newest first: that of the parties, or that of all ids. What
/// the index knows (account, viewer, id) leads straight to the page; any other filter is asked
/// of one entry after another, of at most ``entriesMax`` a page.
struct TransactionSearch {
    /// Entries that are looked at for one page.
    private static let entriesMax: Int64 = 20_000
    /// The server gives a search up after this, and the caller is told to try again later.
    static let timeMax: Duration = .seconds(3)
    /// An id carries the moment of its making by the writer's clock, which may have been set
    /// back before the entry was committed; seconds.
    private static let clockSlack: Int64 = 2 * 60 * 60

    private let filter: TransactionFilter
    private let ids: SearchedIDs

    init(_ filter: TransactionFilter, _ page: PageRequest<TransactionID>) {
        self.filter = filter
        let latest = filter.until.map { TransactionID(beginning: $0, slack: Self.clockSlack) }
        let earliest = filter.from.map { TransactionID(beginning: $0, slack: -Self.clockSlack) }
        ids = SearchedIDs(
            before: [page.after, latest].compactMap { $0 }.min(), from: earliest)
    }

    /// The index to go along: what singles out a few entries is better than any other.
    var hint: String? {
        if filter.requestID != nil { return Schema.requestIndex }
        if filter.externalReference != nil { return Schema.externalReferenceIndex }
        return nil
    }

    /// The id of the last entry that this page's search looks at, if there are more behind it.
    func border(_ connection: borrowing MongoConnection) throws -> TransactionID? {
        guard filter.asksEachEntry, hint == nil, filter.reference == nil else { return nil }
        var scope = TransactionFilter()
        scope.accountID = filter.accountID
        if filter.accountID == nil { scope.viewer = filter.viewer }
        let last = try connection.aggregate(
            Collections.transactions,
            [
                ["$match": .document(scope.query(ids))], ["$sort": ["_id": -1]],
                ["$skip": .int64(Self.entriesMax - 1)], ["$limit": 1], ["$project": ["_id": 1]],
            ], AggregateOptions(timeMax: Self.timeMax)
        ).first
        return try last.map { try $0.identifier("_id") }
    }

    /// - Parameter border: the last id to look at; nil for all.
    func query(through border: TransactionID?) -> BSONDocument {
        var ids = ids
        if let border { ids.from = border }
        return filter.query(ids)
    }
}

extension TransactionFilter {
    /// Whether a condition is left that no index answers.
    fileprivate var asksEachEntry: Bool {
        type != nil || status != nil || direction != nil || amountMin != nil || amountMax != nil
            || text != nil || from != nil || until != nil || (accountID != nil && viewer != nil)
    }
}

extension TransactionID {
    /// The least id of a moment, moved by `slack` seconds.
    fileprivate init(beginning time: Timestamp, slack: Int64) {
        self.init(time: time.advanced(bySeconds: slack), random: (0, 0))
    }
}
