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
}
