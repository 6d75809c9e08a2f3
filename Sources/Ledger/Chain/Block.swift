/// One link of a writer's hash chain: the journal entries of one commit.
///
/// Each process that writes has a chain of its own, so that chains never make writers wait for
/// each other. A writer's first block carries the heads of the chains before it, so that the
/// tail of an old chain can't be cut unseen.
package struct Block: Hashable, Sendable {
    package let writer: WriterID
    /// 1 for a writer's first block; gapless.
    package let height: Int64
    /// The hash of the writer's block before it; nil for the first.
    package let previous: Hash?
    /// In a writer's first block, the heads of the other chains; else empty.
    package let heads: [ChainHead]
    package let entries: [BlockEntry]
    package let committedAt: Timestamp
    /// As it was stored; ``computedHash`` is what it must be.
    package let hash: Hash

    /// A block read from storage.
    package init(
        writer: WriterID, height: Int64, previous: Hash?, heads: [ChainHead],
        entries: [BlockEntry], committedAt: Timestamp, hash: Hash
    ) {
        self.writer = writer
        self.height = height
        self.previous = previous
        self.heads = heads
        self.entries = entries
        self.committedAt = committedAt
        self.hash = hash
    }

    /// A new block after `head` (of the same writer), or a writer's first.
    package init(
        writer: WriterID, after head: ChainHead?, heads: [ChainHead],
        transactions: [Transaction], committedAt: Timestamp
    ) {
        let height = (head?.height ?? 0).addingReportingOverflow(1).partialValue
        let entries = transactions.map { BlockEntry(id: $0.id, hash: $0.entryHash) }
        self.init(
            writer: writer, height: height, previous: head?.hash, heads: heads,
            entries: entries, committedAt: committedAt,
            hash: Self.hash(
                writer: writer, height: height, previous: head?.hash, heads: heads,
                entries: entries, committedAt: committedAt))
    }

    package var head: ChainHead { ChainHead(writer: writer, height: height, hash: hash) }

    /// The hash that the block's contents give.
    package var computedHash: Hash {
        Self.hash(
            writer: writer, height: height, previous: previous, heads: heads, entries: entries,
            committedAt: committedAt)
    }

    private static func hash(
        writer: WriterID, height: Int64, previous: Hash?, heads: [ChainHead],
        entries: [BlockEntry], committedAt: Timestamp
    ) -> Hash {
        var bytes = CanonicalWriter(
            domain: "teller.block.1", capacity: 128 + 56 * heads.count + 48 * entries.count)
        bytes.identifier(writer)
        bytes.number(height)
        bytes.optional(previous) { $1.write(into: &$0) }
        bytes.number(Int64(heads.count))
        for head in heads {
            bytes.identifier(head.writer)
            bytes.number(head.height)
            head.hash.write(into: &bytes)
        }
        bytes.number(Int64(entries.count))
        for entry in entries {
            bytes.identifier(entry.id)
            entry.hash.write(into: &bytes)
        }
        bytes.number(committedAt.milliseconds)
        return Hash(of: bytes.bytes)
    }
}

/// An entry as its block names it.
package struct BlockEntry: Hashable, Sendable {
    package let id: TransactionID
    package let hash: Hash

    package init(id: TransactionID, hash: Hash) {
        self.id = id
        self.hash = hash
    }
}

/// The last block of a chain, as it was when someone looked.
package struct ChainHead: Hashable, Sendable {
    package let writer: WriterID
    package let height: Int64
    package let hash: Hash

    package init(writer: WriterID, height: Int64, hash: Hash) {
        self.writer = writer
        self.height = height
        self.hash = hash
    }
}

/// Where an entry stands in the chains.
package struct BlockPlace: Hashable, Sendable {
    package let writer: WriterID
    package let height: Int64
    /// From 0.
    package let index: Int

    package init(writer: WriterID, height: Int64, index: Int) {
        self.writer = writer
        self.height = height
        self.index = index
    }
}

extension BlockPlace: CustomStringConvertible {
    package var description: String { "block \(writer)/\(height), entry \(index)" }
}
