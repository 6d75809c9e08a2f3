/// Follows the chains of all writers, block by block.
struct ChainVerifier {
    private var last: [WriterID: ChainHead] = [:]
    /// Heads that must be on their chains, by writer and height: from first blocks and from
    /// outside. Taken out when the block is seen.
    private var expected: [WriterID: [Int64: Hash]] = [:]
    private var mismatched: [ChainHead] = []

    /// The last block of each chain, in order of the writers.
    var heads: [ChainHead] { last.values.sorted { $0.writer < $1.writer } }

    mutating func expect(_ head: ChainHead) {
        if let last = last[head.writer], last.height >= head.height {
            // The block has passed: only the last one can still be compared.
            if last.height == head.height, last.hash != head.hash { mismatched.append(head) }
            return
        }
        expected[head.writer, default: [:]][head.height] = head.hash
    }

    mutating func add(_ block: Block) -> [Finding] {
        var findings: [Finding] = []
        if block.computedHash != block.hash { findings.append(.blockChanged(block.head)) }
        let before = last[block.writer]
        let due = (before?.height ?? 0) + 1
        if block.height > due {
            findings.append(.blocksRemoved(block.writer, height: block.height))
        } else if block.height < due || block.previous != before?.hash {
            findings.append(.blockUnlinked(block.writer, height: block.height))
        }
        if let hash = expected[block.writer]?.removeValue(forKey: block.height),
            hash != block.hash
        {
            findings.append(.blockChanged(block.head))
        }
        last[block.writer] = block.head
        for head in block.heads { expect(head) }
        return findings
    }

    mutating func finish() -> [Finding] {
        var findings = mismatched.map(Finding.blockChanged)
        for (writer, heads) in expected.sorted(by: { $0.key < $1.key }) {
            for (height, hash) in heads.sorted(by: { $0.key < $1.key }) {
                findings.append(.tailCut(ChainHead(writer: writer, height: height, hash: hash)))
            }
        }
        return findings
    }
}
