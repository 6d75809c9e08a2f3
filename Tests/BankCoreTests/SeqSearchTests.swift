import BankCore
import Testing

@Suite struct SeqSearchTests {
    @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 1_000, 1_000_000_007] as [Int64])
    func `the border is found wherever it is`(border: Int64) {
        for last in [border, border + 1, border * 2 + 5] {
            #expect(SeqSearch.last(through: last) { $0 <= border } == border)
        }
    }

    @Test func `a border costs as many looks as the history has digits`() {
        var looks = 0
        let found = SeqSearch.last(through: 100_000_000) { seq in
            looks += 1
            return seq <= 99_999_999
        }
        #expect(found == 99_999_999)
        #expect(looks <= 27)
    }

    /// Clocks that were set make times cross: 5 entries before the moment, then some that say
    /// otherwise.
    @Test(arguments: [6, 7, 8, 12, 100] as [Int64])
    func `entries that come later do not move a border that was told`(last: Int64) {
        let early: Set<Int64> = [1, 2, 3, 5]
        let told = SeqSearch.last(through: 6) { early.contains($0) }
        #expect(SeqSearch.last(through: last) { early.contains($0) } == told)
    }
}
