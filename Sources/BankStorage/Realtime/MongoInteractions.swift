import BSON
package import Ledger
package import Logging
package import Mongo
package import Realtime

/// The interaction log on MongoDB; records go away by themselves after their time.
package struct MongoInteractions: InteractionStore {
    private let database: MongoDatabase
    private let keptSeconds: Int64
    private let logger: Logger

    package init(_ database: MongoDatabase, keptDays: Int, logger: Logger) {
        self.logger = logger
        self.database = database
        self.keptSeconds = Int64(clamping: keptDays) &* 86_400
    }

    package func append(
        _ groups: [InteractionGroup]
    ) async throws(RealtimeStoreError) {
        let documents = groups.map { $0.document(keptSeconds: keptSeconds) }
        // Before the records that name them.
        let sets = Self.toStore(groups)
        let setDocuments = sets.map { $0.document(keptSeconds: keptSeconds) }
        try await database.ask { connection in
            try connection.insertNew(RealtimeSchema.socketSetsCollection, setDocuments)
            try connection.insertNew(RealtimeSchema.interactionsCollection, documents)
        }
        for set in sets { set.markStored() }
    }

    private static func toStore(_ groups: [InteractionGroup]) -> [SocketSet] {
        var sets: [SocketSetID: SocketSet] = [:]
        for group in groups {
            guard let set = group.sockets, set.isShared, !set.isStored else { continue }
            sets[set.id] = set
        }
        return Array(sets.values)
    }

    package func records(
        _ filter: InteractionFilter, after: InteractionID?, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord] {
        let deadline = ContinuousClock.now + Self.timeMax
        return try await database.ask { connection in
            let known = try filter.connectionID.flatMap { try Self.known($0, connection) }
            var (found, after) = ([InteractionRecord](), after)
            while true {
                let timeLeft = max(deadline - .now, .milliseconds(1))
                let documents = try connection.find(
                    RealtimeSchema.interactionsCollection,
                    filter.query(after: after, known: known),
                    FindOptions(
                        sort: ["_id": -1], limit: Int64(Self.groupsMax), timeMax: timeLeft))
                let sets = try Self.sets(of: documents, connection)
                for document in documents {
                    guard let group = try InteractionGroup(document: document, sets: sets) else {
                        // Perhaps a backup that was taken while sets were written.
                        logger.error("Records name a set of sockets that is not there")
                        continue
                    }
                    // The others of a group need not be what the filter found in it.
                    found += group.records.reversed().filter { record in
                        filter.matches(record) && after.map { record.id < $0 } != false
                    }
                    if found.count >= limit { return Array(found.prefix(limit)) }
                }
                guard documents.count == Self.groupsMax, let last = documents.last
                else { return found }
                after = try last.identifier("_id")
            }
        }
    }

    /// Those that the documents name.
    private static func sets(
        of documents: [BSONDocument], _ connection: borrowing MongoConnection
    ) throws -> [SocketSetID: SocketSet] {
        let named: [SocketSetID] = try documents.compactMap {
            try $0.optionalIdentifier(InteractionFields.set)
        }
        guard !named.isEmpty else { return [:] }
        let sets = try connection.find(
            RealtimeSchema.socketSetsCollection, ["_id": .anyOf(Set(named))],
            FindOptions(timeMax: timeMax)
        ).map { try SocketSet(document: $0) }
        return Dictionary(sets.map { ($0.id, $0) }) { first, _ in first }
    }
    private static let timeMax: Duration = .seconds(3)
    /// Read at once: with their sets ≤ 50 KB each, for a push to 1,000 sockets.
    private static let groupsMax = 100

    private static func known(
        _ id: ConnectionID, _ connection: borrowing MongoConnection
    ) throws -> KnownConnection? {
        let filter: BSONDocument = [
            "connection": .identifier(id), "customer": ["$exists": true],
        ]
        let newest = try connection.findOne(
            RealtimeSchema.interactionsCollection, filter,
            FindOptions(sort: ["_id": -1], limit: 1, timeMax: timeMax))
        return try newest.flatMap { try InteractionGroup(document: $0) }.flatMap {
            KnownConnection($0.first)
        }
    }

    /// One look at an index an account, which passes over what was acknowledged since: 100,000
    /// acknowledgements take a quarter of a second.
    package func shown(
        to customer: CustomerID, before moment: Timestamp, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord] {
        var filter = InteractionFilter()
        filter.customerID = customer
        filter.kind = .pushAcknowledged
        filter.until = moment
        let query = filter
        return try await database.ask { connection in
            var found: [InteractionRecord] = []
            while found.count < limit {
                let next = try connection.findOne(
                    RealtimeSchema.interactionsCollection,
                    query.query(after: nil, beyond: found.last?.accountID),
                    FindOptions(
                        sort: ["account": 1, "seq": -1, "_id": 1], limit: 1,
                        hint: RealtimeSchema.shown.name, timeMax: .seconds(3)))
                guard let next, let group = try InteractionGroup(document: next) else { break }
                found.append(group.first)
            }
            return found
        }
    }
}

extension MongoConnection {
    /// What is there already was stored by an earlier try whose answer was lost; unordered, so all
    /// others are stored.
    fileprivate func insertNew(
        _ collection: String, _ documents: [BSONDocument]
    ) throws(MongoError) {
        guard !documents.isEmpty else { return }
        do throws(MongoError) {
            try insertMany(collection, documents, ordered: false)
        } catch  where error.kind == .duplicateKey(index: "_id_") {
        }
    }
}
