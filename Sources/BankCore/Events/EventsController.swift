import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `GET /api/v1/events`: the journal as a feed, by long poll.
package struct EventsController: Sendable {
    private static let waitSecondsMax: Int64 = 25
    private let source: any EventSource
    private let watch: JournalWatch

    package init(source: any EventSource, watch: JournalWatch) {
        self.source = source
        self.watch = watch
    }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.get("/api/v1/events") { try await events($0, $1) }
    }

    private func events(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        let limit = Int(query.integer("limit", in: 1...200) ?? 50)
        let wait = query.integer("wait", in: 0...Self.waitSecondsMax) ?? 0
        let position = query.position("after")
        try query.finish()
        let page = try await page(
            after: position ?? .beginning, for: identity, limit: limit,
            until: .now + .seconds(wait))
        return Response(
            json: JSONWriter.bytes { json in json.events(page, for: identity.viewer) })
    }

    /// Looks, and looks again whenever there is news, until there is something or time is over.
    private func page(
        after position: EventPosition, for identity: Identity, limit: Int,
        until end: ContinuousClock.Instant
    ) async throws -> EventPage {
        var position = position
        while true {
            let generation = watch.generation()
            let page = try await source.events(
                after: position, viewer: identity.isStaff ? nil : identity.customerID,
                limit: limit)
            guard page.items.isEmpty else { return page }
            if !page.hasMore {
                guard
                    await watch.news(after: generation, for: identity.customerID, until: end)
                else { return page }
            } else if ContinuousClock.now >= end {
                return page
            }
            position = page.next
        }
    }
}

extension QueryParameters {
    fileprivate mutating func position(_ name: String) -> EventPosition? {
        guard let text = string(name, bytesMax: EventCursor.bytesMax) else { return nil }
        let position = EventCursor.position(text)
        if position == nil {
            add(name, .invalidCursor, "This is no cursor of the feed.")
        }
        return position
    }
}

extension JSONWriter {
    /// `{data: [{…, cursor}], hasMore, nextCursor}`
    fileprivate mutating func events(_ page: EventPage, for viewer: Viewer) {
        object { json in
            json.key("data")
            json.array(page.items) { json, item in
                json.transaction(item.transaction, for: viewer) { json in
                    json.member("cursor", EventCursor.text(item.position))
                }
            }
            json.member("hasMore", page.hasMore)
            json.member("nextCursor", EventCursor.text(page.next))
        }
    }
}
