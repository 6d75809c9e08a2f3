import BSON
package import BankCore
package import Ledger
package import Mongo

/// The journal as a feed. Every call reads one moment of the database, so that the chains' heads
/// and the journal belong together.
package struct MongoEvents: EventSource {
    private let database: MongoDatabase
    /// Entries that are looked at in one call: of those that lie in the pass's range of ids, a
    /// few may not belong to it.
    private static let lookedAtMax = 4_000

    package init(_ database: MongoDatabase) { self.database = database }

    package func events(
        after position: EventPosition, viewer: CustomerID?, limit: Int
    ) async throws(StoreError) -> EventPage {
        try await database.read { connection in
            let snapshot = try SnapshotReader(connection)
            if let pass = position.pass {
                return try Self.read(position, pass, viewer, limit, snapshot, connection)
            }
            let start = try EventPassStart(snapshot, connection)
            guard let planned = try start.pass(after: position.seen, connection),
                let pass = planned.pass
            else { return EventPage(items: [], next: position, hasMore: false) }
            return try Self.read(planned, pass, viewer, limit, snapshot, connection)
        }
    }

    package func mark() async throws(StoreError) -> BlockID? {
        try await database.read { connection in
            try connection.findOne(
                Collections.blocks, [:], FindOptions(projection: ["_id": 1], sort: ["_id": -1])
            ).map { try $0.identifier("_id") }
        }
    }

    private static func read(
        _ position: EventPosition, _ pass: EventPass, _ viewer: CustomerID?, _ limit: Int,
        _ snapshot: SnapshotReader, _ connection: borrowing MongoConnection
    ) throws -> EventPage {
        var (pass, items, lookedAt) = (pass, [EventPage.JournalEvent](), 0)
        while lookedAt < lookedAtMax {
            let documents = try snapshot.page(
                connection, Collections.transactions, pass.query(viewer), sort: ["_id": 1],
                limit: limit)
            for document in documents {
                let entry = try JournalDocument(document).entry
                pass.after = entry.transaction.id
                guard position.seen.isBefore(entry.place, through: pass.target) else { continue }
                items.append(
                    EventPage.JournalEvent(
                        entry.transaction, EventPosition(seen: position.seen, pass: pass)))
                if items.count == limit {
                    let next = EventPosition(seen: position.seen, pass: pass)
                    return EventPage(items: items, next: next, hasMore: true)
                }
            }
            lookedAt += documents.count
            if documents.count < limit {
                let end = EventPosition(seen: pass.target)
                return EventPage(items: items, next: end, hasMore: false)
            }
        }
        let next = EventPosition(seen: position.seen, pass: pass)
        return EventPage(items: items, next: next, hasMore: true)
    }
}

extension EventPass {
    fileprivate func query(_ viewer: CustomerID?) -> BSONDocument {
        BSONDocument { query in
            query.append("parties", ifAny: viewer?.description)
            query.document("_id") { id in
                id.append("$gt", after)
                id.append("$lte", through)
            }
        }
    }
}
