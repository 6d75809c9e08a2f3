import BankAPI
import Hummingbird
import ServiceKit

/// The page that is asked for, of a short list in the order of its codes.
struct CodePage: Sendable {
    private let limit: Int
    private let after: String?

    /// - Throws: 400 for a query that makes no sense here.
    init(of request: Request) throws(Problem) {
        var query = QueryParameters(request)
        let page = query.page()
        let position = page.cursor.flatMap { BoundCursor.position($0, of: request) }
        if page.cursor != nil, position == nil {
            query.add("cursor", .invalidCursor, "This cursor belongs to no page of this list.")
        }
        try query.finish()
        limit = page.limit
        after = position.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The items of the page, and the last one's code if more follow.
    func cut<Item>(
        _ items: some Sequence<Item>, by code: (Item) -> String
    ) -> (items: [Item], last: String?) {
        let rest = items.filter { item in after.map { code(item) > $0 } ?? true }
            .sorted { code($0) < code($1) }
        let page = Array(rest.prefix(limit))
        return (page, rest.count > limit ? page.last.map(code) : nil)
    }
}

extension Response {
    /// `{data, hasMore, nextCursor}`
    init<Item>(
        _ page: (items: [Item], last: String?), of request: Request,
        _ write: (inout JSONWriter, Item) -> Void
    ) {
        self.init(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.key("data")
                    json.array(page.items, write)
                    json.member("hasMore", page.last != nil)
                    json.member(
                        "nextCursor",
                        page.last.map { BoundCursor.text(at: Array($0.utf8), of: request) })
                }
            })
    }
}
