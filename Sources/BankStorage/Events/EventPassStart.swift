import BSON
import BankCore
import Ledger
import Mongo

/// Plans a pass from what a reader has seen to the chains' heads as they are now.
struct EventPassStart: ~Copyable {
    /// So many new blocks are looked at for the exact range of ids; of more, only the first and
    /// the last of each chain.
    private static let blocksMax = 500
    /// Ids rise along a chain, for its blocks are written one after another; this much (in
    /// milliseconds) is allowed for where only the ends of a chain are looked at.
    private static let slack: Int64 = 60_000
    private static let chainsAtOnce = 100

    private let snapshot: SnapshotReader
    private let heads: [ChainPosition]

    init(_ snapshot: SnapshotReader, _ connection: borrowing MongoConnection) throws {
        self.snapshot = snapshot
        heads = try snapshot.aggregate(connection, Collections.blocks, Self.lastBlocks)
            .map(ChainPosition.init)
    }

    /// Each chain's last block: found by one jump a chain along the index.
    private static let lastBlocks: [BSONDocument] = [
        ["$sort": ["writer": 1, "height": -1]],
        [
            "$group": [
                "_id": "$writer", "height": ["$first": "$height"], "block": ["$first": "$_id"],
            ]
        ],
    ]

    /// Nil when there is nothing new.
    func pass(
        after seen: ChainMarks, _ connection: borrowing MongoConnection
    ) throws -> EventPosition? {
        let news = heads.filter(seen.isBehind)
        guard !news.isEmpty else { return nil }
        let target = ChainMarks(heads)
        if seen.isEmpty {
            return EventPosition(
                seen: seen,
                pass: EventPass(target: target, after: .least, through: try last(news, connection)))
        }
        var seen = seen
        for head in news where seen.heights[head.writer] == nil && seen.isSilent(head.writer) {
            seen.list(
                head.writer, height: try height(of: head.writer, at: seen.floor, connection))
        }
        let (first, last) = try range(of: news, after: seen, connection)
        return EventPosition(
            seen: seen, pass: EventPass(target: target, after: first.before, through: last))
    }

    /// Up to which height a chain that is not listed is seen.
    private func height(
        of writer: WriterID, at floor: BlockID?, _ connection: borrowing MongoConnection
    ) throws -> Int64 {
        guard let floor else { return 0 }
        let first = try blocks(["writer": .identifier(writer), "height": 1], connection).first
        if let first, try first.identifier("_id", BlockID.self) > floor { return 0 }
        return try snapshot.page(
            connection, Collections.blocks,
            ["writer": .identifier(writer), "_id": ["$lte": .identifier(floor)]],
            projection: ["height": 1], sort: ["height": -1], limit: 1
        ).first?.int64("height") ?? 0
    }

    /// The least and the greatest id of the new entries.
    private func range(
        of news: [ChainPosition], after seen: ChainMarks, _ connection: borrowing MongoConnection
    ) throws -> (first: TransactionID, last: TransactionID) {
        let count = news.reduce(Int64(0)) { $0 + $1.height - (seen.heights[$1.writer] ?? 0) }
        let isExact = count <= Self.blocksMax
        let wanted = news.map { head -> BSONDocument in
            let after = seen.heights[head.writer] ?? 0
            let heights: BSONValue =
                isExact
                ? ["$gt": .int64(after), "$lte": .int64(head.height)]
                : ["$in": [.int64(after + 1), .int64(head.height)]]
            return ["writer": .identifier(head.writer), "height": heights]
        }
        var ids: [TransactionID] = []
        for start in stride(from: 0, to: wanted.count, by: Self.chainsAtOnce) {
            let some = wanted.dropFirst(start).prefix(Self.chainsAtOnce)
            ids += try blocks(["$or": .documents(some)], connection).flatMap(Block.entryIDs)
        }
        guard let first = ids.min(), let last = ids.max() else { return (.least, .greatest) }
        return isExact
            ? (first, last)
            : (first.moved(by: -Self.slack), last.moved(by: Self.slack))
    }

    private func last(
        _ news: [ChainPosition], _ connection: borrowing MongoConnection
    ) throws -> TransactionID {
        let heads = news.map(\.block).sorted().suffix(ChainMarks.listedMax)
        let ids = try blocks(["_id": .anyOf(heads)], connection).flatMap(Block.entryIDs)
        return ids.max()?.moved(by: Self.slack) ?? .greatest
    }

    private func blocks(
        _ filter: BSONDocument, _ connection: borrowing MongoConnection
    ) throws -> [BSONDocument] {
        try snapshot.page(
            connection, Collections.blocks, filter, projection: ["ids": 1], limit: 1_000)
    }
}

extension ChainPosition {
    fileprivate init(_ document: BSONDocument) throws(BSONError) {
        self.init(
            writer: try document.identifier("_id"), height: try document.int64("height"),
            block: try document.identifier("block"))
    }
}

extension TransactionID {
    fileprivate static var least: TransactionID { TransactionID(high: 0, low: 0) }
    fileprivate static var greatest: TransactionID { TransactionID(high: .max, low: .max) }

    /// The id just before this one.
    fileprivate var before: TransactionID {
        if low > 0 { return TransactionID(high: high, low: low - 1) }
        return high > 0 ? TransactionID(high: high - 1, low: .max) : self
    }

    /// The id of a moment so many milliseconds earlier or later.
    fileprivate func moved(by milliseconds: Int64) -> TransactionID {
        TransactionID(
            time: Timestamp(milliseconds: max(0, self.milliseconds + milliseconds)),
            random: (low >> 52, low))
    }
}
