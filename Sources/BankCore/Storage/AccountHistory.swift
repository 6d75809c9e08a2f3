package import Ledger

/// An account's part of the journal by its seq: gapless, so that nothing can be missed and any
/// place is found without looking at what lies between.
package protocol AccountHistory: Sendable {
    /// The account's entries with these seqs, in their order.
    func entries(
        of account: AccountID, _ seqs: ClosedRange<Int64>
    ) async throws(StoreError) -> [Transaction]

    /// The seq of the account's last entry that was committed before `time`; 0 if there is none.
    ///
    /// - Parameter last: the account's seq now.
    func seq(
        of account: AccountID, before time: Timestamp, last: Int64
    ) async throws(StoreError) -> Int64
}

/// Finds the border in a journal that grows: the last seq that lies before a moment.
package enum SeqSearch {
    /// Looks at about log₂(`last`) entries. What later entries say does not change the answer,
    /// also where clocks that were set made times of neighbours cross: a statement begins
    /// exactly where the one before it ended.
    ///
    /// - Parameter isBefore: whether the entry with this seq, 1…`last`, lies before the moment.
    package static func last<Fault: Error>(
        through last: Int64, _ isBefore: (Int64) throws(Fault) -> Bool
    ) throws(Fault) -> Int64 {
        var found: Int64 = 0
        for exponent in stride(from: Int64(61), through: 0, by: -1) {
            let candidate = found + (1 << exponent)
            if candidate <= last, try isBefore(candidate) { found = candidate }
        }
        return found
    }
}
