import BSON
package import Ledger
package import Mongo
package import Realtime

/// The interaction log on MongoDB; records go away by themselves after their time.
package struct MongoInteractions: InteractionStore {
    private let database: MongoDatabase
    private let keptSeconds: Int64

    package init(_ database: MongoDatabase, keptDays: Int) {
        self.database = database
        self.keptSeconds = Int64(clamping: keptDays) &* 86_400
    }

    package func append(
        _ records: [InteractionRecord]
    ) async throws(RealtimeStoreError) {
        let documents = records.map { $0.document(keptSeconds: keptSeconds) }
        try await database.ask { connection in
            do throws(MongoError) {
                try connection.insertMany(
                    RealtimeSchema.interactionsCollection, documents, ordered: false)
            } catch  where error.kind == .duplicateKey(index: "_id_") {
                // Stored by an earlier try whose answer was lost; unordered, so all others are.
            }
        }
    }

    package func records(
        _ filter: InteractionFilter, after: InteractionID?, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord] {
        let query = filter.query(after: after)
        return try await database.ask { connection in
            try connection.find(
                RealtimeSchema.interactionsCollection, query,
                FindOptions(
                    sort: ["_id": -1], limit: Int64(limit), timeMax: .seconds(3))
            ).map { try InteractionRecord(document: $0) }
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
                guard let next else { break }
                found.append(try InteractionRecord(document: next))
            }
            return found
        }
    }
}
