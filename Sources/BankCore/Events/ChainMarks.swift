package import Ledger

/// A state of all chains: up to which height each is seen.
///
/// Chains that were silent for long are not listed: of them everything up to ``floor`` is seen.
package struct ChainMarks: Hashable, Sendable {
    /// So many chains are listed at most.
    package static let listedMax = 64
    /// A chain without a block for so long is not listed; milliseconds. Far more than any two
    /// clocks differ.
    private static let listedTime: Int64 = 24 * 60 * 60 * 1_000

    package private(set) var heights: [WriterID: Int64] = [:]
    /// The last block of those chains that are not listed; nil before there was any.
    package private(set) var floor: BlockID?

    /// Nothing is seen.
    package init() {}

    package init(heights: [WriterID: Int64], floor: BlockID?) {
        self.heights = heights
        self.floor = floor
    }

    /// All that these last blocks of all chains hold.
    package init(_ heads: [ChainPosition]) {
        let newestFirst = heads.sorted { $0.block > $1.block }
        let newest = newestFirst.first?.block.milliseconds ?? 0
        for (index, head) in newestFirst.enumerated() {
            if index < Self.listedMax, head.block.milliseconds > newest - Self.listedTime {
                heights[head.writer] = head.height
            } else {
                floor = max(floor ?? head.block, head.block)
            }
        }
    }

    /// Nothing at all is seen.
    package var isEmpty: Bool { heights.isEmpty && floor == nil }

    /// Whether the chain has blocks beyond these marks.
    package func isBehind(_ head: ChainPosition) -> Bool {
        if let height = heights[head.writer] { return head.height > height }
        return floor.map { head.block > $0 } ?? true
    }

    /// The chain is seen up to this height, though it was not listed.
    package mutating func list(_ writer: WriterID, height: Int64) { heights[writer] = height }

    /// Whether an entry at this place lies between these marks and later ones.
    package func isBefore(_ place: BlockPlace, through target: ChainMarks) -> Bool {
        if let last = target.heights[place.writer] {
            guard place.height <= last else { return false }
        } else {
            // Not listed there: an old chain, all of it seen there; or one that began later.
            guard target.isSilent(place.writer) else { return false }
        }
        if let height = heights[place.writer] { return place.height > height }
        return !isSilent(place.writer)
    }

    /// Whether a chain that is not listed is one of the old ones: all were listed but those
    /// whose last block came before the ``floor``.
    package func isSilent(_ writer: WriterID) -> Bool {
        floor.map { writer.milliseconds <= $0.milliseconds } ?? false
    }
}

/// The last block of a chain.
package struct ChainPosition: Hashable, Sendable {
    package let writer: WriterID
    package let height: Int64
    package let block: BlockID

    package init(writer: WriterID, height: Int64, block: BlockID) {
        self.writer = writer
        self.height = height
        self.block = block
    }
}

extension Identifier {
    /// When it was made, by the clock of its maker.
    package var milliseconds: Int64 { Int64(clamping: high >> 16) }
}
