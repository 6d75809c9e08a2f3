import BSON
import Ledger
import Mongo

extension MongoTransaction {
    /// Keeps the holds in step with the journal: one more for each new entry of a hold, and the
    /// end of those that were settled.
    func writeHolds(_ changes: Changes) throws {
        let begun = changes.transactions.compactMap(Hold.init)
        if !begun.isEmpty { try insertMany(Collections.holds, begun.map(\.document)) }
        let settlements = changes.transactions.compactMap(Settlement.init)
        guard !settlements.isEmpty else { return }
        let result = try bulkWrite(Collections.holds, ordered: false) { bulk in
            for settlement in settlements {
                bulk.updateOne(
                    ["_id": .identifier(settlement.hold), "status": "pending"],
                    [
                        "$set": [
                            "status": .string(settlement.status.rawValue),
                            "captured": .int64(settlement.captured),
                        ]
                    ])
            }
        }
        guard result.matched == Int64(settlements.count) else { throw LedgerFault.entryEnded }
    }
}
