import BSON
import Ledger
import Mongo

extension MongoOperations where Self: ~Copyable {
    /// The heads of all chains that no other chain's first block names already: with them, a
    /// new chain holds on to everything before it.
    func chainTips() throws -> [ChainHead] {
        let named = Set(try firstBlockHeads())
        return try chainHeads().filter { !named.contains($0) }
    }

    /// The last block of each chain.
    func chainHeads() throws -> [ChainHead] {
        try aggregate(
            Collections.blocks,
            [
                ["$sort": ["writer": 1, "height": -1]],
                [
                    "$group": [
                        "_id": "$writer", "writer": ["$first": "$writer"],
                        "height": ["$first": "$height"], "hash": ["$first": "$hash"],
                    ]
                ],
            ]
        ).map(ChainHead.init)
    }

    /// All heads that first blocks carry.
    func firstBlockHeads() throws -> [ChainHead] {
        try find(
            Collections.blocks, ["height": 1],
            FindOptions(projection: ["heads": 1])
        ).flatMap { block in
            try (block.optionalDocuments("heads") ?? []).map(ChainHead.init)
        }
    }
}
