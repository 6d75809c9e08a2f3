import BankCore
import BankTesting
import Ledger
import Testing

@Suite struct ChainMarksTests {
    private static let hour: Int64 = 60 * 60 * 1_000

    /// The last block of the chain `number`, which began at hour 0, written at that hour.
    private func head(_ number: Int, height: Int64, hour: Int64 = 0) -> ChainPosition {
        ChainPosition(
            writer: writer(number), height: height,
            block: BlockID(time: Self.time(hour), random: (0, UInt64(number))))
    }

    private func writer(_ number: Int, hour: Int64 = 0) -> WriterID {
        WriterID(time: Self.time(hour), random: (0, UInt64(number)))
    }

    private static func time(_ hour: Int64) -> Timestamp {
        Timestamp(milliseconds: Timestamp.sample.milliseconds + hour * Self.hour)
    }

    private func place(_ writer: WriterID, _ height: Int64) -> BlockPlace {
        BlockPlace(writer: writer, height: height, index: 0)
    }

    @Test func `between two states lie the blocks above the first up to the second`() {
        let first = ChainMarks([head(1, height: 5), head(2, height: 3)])
        let second = ChainMarks([head(1, height: 7), head(2, height: 3)])
        let new = [4, 5, 6, 7, 8].filter { first.isBefore(place(writer(1), $0), through: second) }
        #expect(new == [6, 7])
        #expect(!first.isBefore(place(writer(2), 3), through: second))
    }

    @Test func `a late block with an older id is one more of its chain`() {
        let seen = ChainMarks([head(1, height: 5, hour: 9), head(2, height: 3, hour: 1)])
        #expect(seen.isBehind(head(2, height: 4, hour: 2)))
    }

    @Test func `a chain that began later is new from its first block on`() {
        let seen = ChainMarks([head(1, height: 5)])
        let later = ChainMarks([head(1, height: 5), head(2, height: 2)])
        #expect(seen.isBehind(head(2, height: 2)))
        let new = [1, 2, 3].filter { seen.isBefore(place(writer(2), $0), through: later) }
        #expect(new == [1, 2])
        #expect(!seen.isBefore(place(writer(3), 1), through: later), "it began after that")
    }

    @Test func `a chain that was silent for a day is not listed, and found when it wakes`() {
        let heads = [head(1, height: 9, hour: 0), head(2, height: 4, hour: 30)]
        let seen = ChainMarks(heads)
        #expect(seen.heights == [writer(2): 4])
        #expect(seen.floor == heads[0].block)
        #expect(!seen.isBehind(heads[0]))
        #expect(seen.isBehind(head(1, height: 10, hour: 31)))
        #expect(!seen.isBefore(place(writer(1), 9), through: seen), "it is seen")
    }

    @Test func `from the beginning, everything up to the heads is new`() {
        let target = ChainMarks([head(1, height: 9, hour: 0), head(2, height: 4, hour: 30)])
        let nothing = ChainMarks()
        #expect(nothing.isBefore(place(writer(1), 1), through: target))
        #expect(nothing.isBefore(place(writer(2), 4), through: target))
        #expect(!nothing.isBefore(place(writer(2), 5), through: target))
        #expect(!nothing.isBefore(place(writer(3, hour: 31), 1), through: target))
    }

    @Test func `a hundred chains give a cursor of bounded size, and lose nothing`() {
        let heads = (1...100).map { head($0, height: 2, hour: Int64($0) / 10) }
        let seen = ChainMarks(heads)
        #expect(seen.heights.count == ChainMarks.listedMax)
        #expect(heads.allSatisfy { !seen.isBehind($0) })
    }
}
