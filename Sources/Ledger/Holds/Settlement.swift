/// How a hold ended, told by the journal entry that ended it.
package struct Settlement: Hashable, Sendable {
    package let hold: HoldID
    package let status: HoldStatus
    /// Minor units that the receiver got.
    package let captured: Int64

    /// Nil for an entry that settled no hold.
    package init?(_ entry: Transaction) {
        guard entry.type.settles, let parent = entry.parent, let ending = entry.endingOfParent
        else { return nil }
        hold = HoldID(of: parent)
        captured = entry.type == .capture ? entry.amount.minorUnits : 0
        switch ending {
        case .captured: status = .captured
        case .voided: status = .voided
        case .expired: status = .expired
        case .reversed, .cancelled: return nil
        }
    }
}
