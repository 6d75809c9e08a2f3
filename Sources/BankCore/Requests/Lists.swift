import BankAPI
import Hummingbird
import Ledger
import ServiceKit

extension QueryParameters {
    /// The page that is asked for, of a list whose positions are identifiers.
    mutating func page<Kind: IdentifierKind>(
        of request: Request
    ) -> PageRequest<Identifier<Kind>> {
        let page = page()
        guard let cursor = page.cursor else { return PageRequest(limit: page.limit) }
        let position = PageCursor<Kind>.position(cursor, of: request)
        if position == nil {
            add("cursor", .invalidCursor, "This cursor belongs to no page of this list.")
        }
        return PageRequest(limit: page.limit, after: position)
    }

    /// A moment, or the beginning of a UTC day.
    mutating func beginning(_ name: String) -> Timestamp? {
        value(name, .invalidDate, expected: "A date or a date-time") { text in
            Timestamp(rfc3339: text) ?? Timestamp(date: text)
        }
    }

    /// A moment that is not included, or a UTC day that is: then the beginning of the next one.
    mutating func end(_ name: String) -> Timestamp? {
        value(name, .invalidDate, expected: "A date or a date-time") { text in
            Timestamp(rfc3339: text)
                ?? Timestamp(date: text)?.advanced(bySeconds: 24 * 60 * 60)
        }
    }
}

extension Response {
    /// `{data, hasMore, nextCursor}`, with the members of `more` before them.
    init<Item, Kind: IdentifierKind>(
        _ page: Page<Item>, of request: Request, id: (Item) -> Identifier<Kind>,
        _ more: (inout JSONWriter) -> Void = { _ in },
        _ write: (inout JSONWriter, Item) -> Void
    ) {
        let last =
            page.searchedTo.map { Identifier<Kind>(high: $0.high, low: $0.low) }
            ?? page.items.last.map(id)
        let cursor = last.flatMap { last in
            page.hasMore ? PageCursor.text(after: last, of: request) : nil
        }
        var json = JSONWriter(reservingCapacity: 1_024 * (page.items.count + 1))
        json.object { json in
            more(&json)
            json.key("data")
            json.array(page.items, write)
            json.member("hasMore", page.hasMore)
            json.member("nextCursor", cursor)
        }
        self.init(json: json.bytes)
    }
}

extension Identity {
    var viewer: Viewer { Viewer(customerID: customerID, isStaff: isStaff) }

    /// Staff act on any account, customers on their own.
    var authority: Authority { isStaff ? .staff : .owner }
}

extension ServiceContext {
    /// Who asks for a change, in which request, and when.
    func origin(_ identity: Identity) -> Origin {
        Origin(
            initiator: Initiator(
                customerID: identity.customerID, authority: identity.authority),
            requestID: requestID, receivedAt: receivedAt)
    }
}
