package import BSON
package import Ledger

/// Shape: `{_id: "blk_…", writer, height, previous?, heads?: [{writer, height, hash}], ids,
/// hashes, count, committedAt, hash}`: `ids` and `hashes` are the entries' identifiers (16 bytes
/// each) and digests (32 bytes each) one after another. The `_id`s of a writer rise with height.
extension Block {
    package init(document: BSONDocument) throws(BSONError) {
        self.init(
            writer: try document.identifier("writer"),
            height: try document.int64("height"),
            previous: try document.optionalHash("previous"),
            heads: try (document.optionalDocuments("heads") ?? []).map {
                (head) throws(BSONError) in try ChainHead(document: head)
            },
            entries: try Self.entries(document),
            committedAt: try document.time("committedAt"),
            hash: try document.hash("hash"))
    }

    package func document(id: BlockID) -> BSONDocument {
        BSONDocument(capacity: 256 + 48 * entries.count) { writer in
            writer.append("_id", id)
            writer.append("writer", self.writer)
            writer.append("height", height)
            if let previous { writer.append("previous", bytes: previous.bytes) }
            if !heads.isEmpty {
                writer.array("heads", heads) { array, index, head in
                    array.append(index, head.document)
                }
            }
            writer.append("ids", bytes: entries.flatMap(\.id.bytes))
            writer.append("hashes", bytes: entries.flatMap(\.hash.bytes))
            writer.append("count", Int64(entries.count))
            writer.append("committedAt", committedAt)
            writer.append("hash", bytes: hash.bytes)
        }
    }

    /// The ids that a block's document names, as far as they can be read.
    static func entryIDs(_ document: BSONDocument) -> [TransactionID] {
        guard let ids = try? document.bytes("ids") else { return [] }
        return stride(from: 0, to: ids.count - ids.count % 16, by: 16).compactMap {
            TransactionID(bytes: ids[$0..<$0 + 16])
        }
    }

    private static func entries(_ document: BSONDocument) throws(BSONError) -> [BlockEntry] {
        let ids = try document.bytes("ids")
        let hashes = try document.bytes("hashes")
        let count = ids.count / 16
        guard ids.count == 16 * count, hashes.count == Hash.byteCount * count else {
            throw .type(field: "ids")
        }
        var entries: [BlockEntry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let id = ids[16 * index..<16 * index + 16]
            let hash = hashes[Hash.byteCount * index..<Hash.byteCount * (index + 1)]
            guard let id = TransactionID(bytes: id), let hash = Hash(hash) else {
                throw .type(field: "ids")
            }
            entries.append(BlockEntry(id: id, hash: hash))
        }
        return entries
    }
}

extension ChainHead {
    package init(document: BSONDocument) throws(BSONError) {
        self.init(
            writer: try document.identifier("writer"), height: try document.int64("height"),
            hash: try document.hash("hash"))
    }

    package var document: BSONDocument {
        BSONDocument { writer in
            writer.append("writer", self.writer)
            writer.append("height", height)
            writer.append("hash", bytes: hash.bytes)
        }
    }
}

extension BSONDocument {
    func hash(_ field: String) throws(BSONError) -> Hash {
        try value(field, Hash(try bytes(field)))
    }

    func optionalHash(_ field: String) throws(BSONError) -> Hash? {
        guard let bytes = try optionalBytes(field) else { return nil }
        return try value(field, Hash(bytes))
    }
}

extension Identifier {
    /// The 128 bits, most significant first.
    var bytes: [UInt8] {
        [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 16 else { return nil }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: word(bytes.prefix(8)), low: word(bytes.dropFirst(8)))
    }
}
