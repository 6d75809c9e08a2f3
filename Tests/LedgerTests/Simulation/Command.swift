import Ledger

/// What the simulation does to the ledger.
enum Command {
    case order(Order, at: Timestamp)
    case open(Account, accountsMax: Int?)
    case change(AccountID, AccountChange, by: Initiator, at: Timestamp)
    case types(Catalogue)
}

/// What came of it, as the real ledger and the dumb model both can say it.
enum Outcome: Equatable {
    case posted(fromAfter: Int128, toAfter: Int128, fromSeq: Int, toSeq: Int)
    /// Posted, held and seq of the payer, whose money was set aside or is free again.
    case held(after: Int128, held: Int128, seq: Int)
    case refused(Refusal)
    case rejected(Rejection)
    case replayed(TransactionID)
    case opened
    case changed
}

extension Book {
    /// Does the command to the real ledger.
    mutating func perform(_ command: Command) -> Outcome {
        switch command {
        case .order(let order, let time):
            switch decide(order, at: time) {
            case .recorded(let transaction): Outcome(of: transaction)
            case .replayed(let transaction): .replayed(transaction.id)
            case .rejected(let rejection): .rejected(rejection)
            }
        case .open(let account, let accountsMax):
            attempt(.opened) { book throws(Rejection) in
                _ = try book.open(account, accountsMax: accountsMax)
            }
        case .change(let id, let change, let initiator, let time):
            attempt(.changed) { book throws(Rejection) in
                _ = try book.change(id, to: change, by: initiator, at: time)
            }
        case .types(let catalogue): changeTypes(to: catalogue)
        }
    }

    private mutating func changeTypes(to catalogue: Catalogue) -> Outcome {
        self.catalogue = catalogue
        return .changed
    }

    private mutating func attempt(
        _ success: Outcome, _ body: (inout Book) throws(Rejection) -> Void
    ) -> Outcome {
        do {
            try body(&self)
            return success
        } catch {
            return .rejected(error)
        }
    }
}

extension Outcome {
    init(of transaction: Transaction) {
        if let refusal = transaction.refusal {
            self = .refused(refusal)
        } else if transaction.postings.count == 2 {
            let debit = transaction.postings[0]
            let credit = transaction.postings[1]
            self = .posted(
                fromAfter: Int128(debit.balanceAfter), toAfter: Int128(credit.balanceAfter),
                fromSeq: Int(debit.seq), toSeq: Int(credit.seq))
        } else if let posting = transaction.postings.first, posting.amount == 0 {
            self = .held(
                after: Int128(posting.balanceAfter), held: Int128(posting.heldAfter),
                seq: Int(posting.seq))
        } else {
            self = .posted(fromAfter: .min, toAfter: .min, fromSeq: 0, toSeq: 0)
        }
    }
}
