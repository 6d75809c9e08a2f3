/// A place where the books are not as they must be.
package enum Finding: Hashable, Sendable {
    // The chain
    case entryChanged(TransactionID, BlockPlace)
    case entryRemoved(TransactionID, BlockPlace)
    /// An entry that no block names.
    case entryInserted(TransactionID)
    /// The entry says another place than its block does.
    case entryReordered(TransactionID, BlockPlace)
    case blockChanged(ChainHead)
    /// Blocks are missing before this height.
    case blocksRemoved(WriterID, height: Int64)
    /// The chain forks or was rewritten before this height.
    case blockUnlinked(WriterID, height: Int64)
    /// A chain ends before a head that is known to have been there.
    case tailCut(ChainHead)

    /// A document that has lost its shape.
    case unreadable(String)

    // What was ended
    /// The entry says that it was ended by one that did not do so.
    case endingUnexplained(TransactionID)
    /// An entry was ended by one that it does not name: it could be, or was, ended again.
    case endingUnsaid(TransactionID)
    case endedTwice(TransactionID)

    /// The hold is not as its entry and what ended it say.
    case holdDiffers(HoldID)
    /// There are more holds than entries of them, or fewer.
    case holdsMiscounted(stored: Int, entries: Int)

    // The books
    case unbalanced(TransactionID)
    case seqGap(AccountID, expected: Int64, found: Int64)
    case seqRepeated(AccountID, seq: Int64)
    /// The balance after this entry is not the one before it and the entry's amount.
    case balanceUnexplained(AccountID, seq: Int64)
    /// The account's stored balance, held amount or seq is not what its postings give.
    case accountDiffers(AccountID, stored: String, derived: String)
    /// Postings name an account that does not exist.
    case accountMissing(AccountID)
    /// The balances of a currency do not sum to zero.
    case currencyUnbalanced(Currency, sum: String)
}

extension Finding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .entryChanged(let id, let place): "entry \(id) was changed (\(place))"
        case .entryRemoved(let id, let place): "entry \(id) was removed (\(place))"
        case .entryInserted(let id): "entry \(id) was inserted: no block names it"
        case .entryReordered(let id, let place): "entry \(id) was moved from \(place)"
        case .blockChanged(let head): "block \(head.writer)/\(head.height) was changed"
        case .blocksRemoved(let writer, let height):
            "blocks are missing before \(writer)/\(height)"
        case .blockUnlinked(let writer, let height):
            "block \(writer)/\(height) does not follow the one before it"
        case .tailCut(let head): "chain \(head.writer) was cut before height \(head.height)"
        case .unreadable(let id): "\(id) can't be read: its shape was changed"
        case .endingUnexplained(let id):
            "entry \(id) says that it was ended, which no entry explains"
        case .endingUnsaid(let id): "entry \(id) was ended by one that it does not name"
        case .endedTwice(let id): "entry \(id) was ended twice"
        case .holdDiffers(let id): "hold \(id) is not as the journal tells it"
        case .holdsMiscounted(let stored, let entries):
            "there are \(stored) holds, and \(entries) entries of them"
        case .unbalanced(let id): "entry \(id) does not sum to zero"
        case .seqGap(let id, let expected, let found):
            "account \(id): seq \(found) where \(expected) was expected"
        case .seqRepeated(let id, let seq): "account \(id): seq \(seq) appears twice"
        case .balanceUnexplained(let id, let seq):
            "account \(id): the balance after seq \(seq) is not explained by its postings"
        case .accountDiffers(let id, let stored, let derived):
            "account \(id) is stored as \(stored), its postings give \(derived)"
        case .accountMissing(let id): "account \(id) has postings but does not exist"
        case .currencyUnbalanced(let currency, let sum):
            "balances in \(currency) sum to \(sum), not to zero"
        }
    }
}
