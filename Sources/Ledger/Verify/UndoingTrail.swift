/// Whether what entries say of having been undone is what later entries did.
///
/// It is outside of the hash chain, for it comes after the entry's block; but what it must be
/// follows from entries that are in it. Only pairs that are not matched yet are kept.
struct UndoingTrail {
    /// By the entry that was undone: what it says, and what entries that undo it tell.
    private var said: [TransactionID: Undoing] = [:]
    private var done: [TransactionID: Undoing] = [:]

    /// Takes one more entry; returns what is wrong with it.
    mutating func add(_ entry: Transaction) -> [Finding] {
        var findings: [Finding] = []
        if let undone = entry.undone {
            if let deed = done.removeValue(forKey: entry.id) {
                if deed != undone { findings.append(.undoingUnexplained(entry.id)) }
            } else {
                said[entry.id] = undone
            }
        }
        if let parent = entry.parent, let deed = entry.undoing {
            if let word = said.removeValue(forKey: parent) {
                if deed != word { findings.append(.undoingUnexplained(parent)) }
            } else if done.updateValue(deed, forKey: parent) != nil {
                findings.append(.undoneTwice(parent))
            }
        }
        return findings
    }

    /// What found no match.
    func finish() -> [Finding] {
        said.keys.sorted().map(Finding.undoingUnexplained)
            + done.keys.sorted().map(Finding.undoingUnsaid)
    }
}

extension Transaction {
    /// What this entry makes of its parent, if it gave its money back.
    fileprivate var undoing: Undoing? {
        guard refusal == nil else { return nil }
        return switch type {
        case .reversal: .reversed(by: id)
        case .cancellation: .cancelled(by: id)
        default: nil
        }
    }
}
