/// Whether what entries say of their ending is what later entries did.
///
/// It is outside of the hash chain, for it comes after the entry's block; but what it must be
/// follows from entries that are in it. Only pairs that are not matched yet are kept.
struct EndingTrail {
    /// By the entry that was ended: what it says, and what entries that end it tell.
    private var said: [TransactionID: Ending] = [:]
    private var done: [TransactionID: Ending] = [:]

    /// Takes one more entry; returns what is wrong with it.
    mutating func add(_ entry: Transaction) -> [Finding] {
        var findings: [Finding] = []
        if let ending = entry.ending {
            if let deed = done.removeValue(forKey: entry.id) {
                if deed != ending { findings.append(.endingUnexplained(entry.id)) }
            } else {
                said[entry.id] = ending
            }
        }
        if let parent = entry.parent, let deed = entry.endingOfParent {
            if let word = said.removeValue(forKey: parent) {
                if deed != word { findings.append(.endingUnexplained(parent)) }
            } else if done.updateValue(deed, forKey: parent) != nil {
                findings.append(.endedTwice(parent))
            }
        }
        return findings
    }

    /// What found no match.
    func finish() -> [Finding] {
        said.keys.sorted().map(Finding.endingUnexplained)
            + done.keys.sorted().map(Finding.endingUnsaid)
    }
}
