package import Ledger

/// A journal entry as JSON, the same over HTTP and over the websocket.
///
/// Each party sees its own accountId, balanceAfter and seq, and of the other side number and
/// holder name only; staff see both sides. The top-level pair is the viewer's own side (`from`
/// if both are); who has no side sees none. The bank's own balances are decimal strings, since
/// they may pass 2^53. An entry that was undone says so, and names what undid it; all else comes
/// from what never changes, so that ``Transaction/asRecorded`` is the same bytes for ever. `more`
/// writes what a list adds to it.
extension JSONWriter {
    package mutating func transaction(
        _ transaction: Transaction, status: TransactionStatus? = nil, for viewer: Viewer,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        object { json in
            json.member("id", describing: transaction.id)
            json.member("type", transaction.type.rawValue)
            json.member("status", (status ?? transaction.status).rawValue)
            json.member("amount", transaction.amount.minorUnits)
            json.member("currency", transaction.amount.currency.code)
            json.member("from") { $0.party(transaction.from, of: transaction, for: viewer) }
            json.member("to") { $0.party(transaction.to, of: transaction, for: viewer) }
            if let own = transaction.ownPosting(of: viewer) {
                json.member("balanceAfter", own.balanceAfter)
                json.member("seq", own.seq)
            }
            json.details(of: transaction)
            if let refusal = transaction.refusal {
                json.member("refusal") { json in
                    json.object { json in
                        json.member("code", refusal.rawValue)
                        json.member("detail", refusal.detail)
                    }
                }
            }
            json.member("requestId", transaction.requestID)
            json.member("createdAt", describing: transaction.receivedAt)
            json.member("committedAt", describing: transaction.committedAt)
            more(&json)
        }
    }

    /// What a dry run tells: `{outcome: "posted", type, amount, currency, from, to,
    /// balanceAfter}` or `{outcome: "refused", problem}`. It has no id: it is not recorded.
    package mutating func preview(
        of transaction: Transaction, for viewer: Viewer,
        _ problem: (inout JSONWriter, Refusal) -> Void
    ) {
        object { json in
            if let refusal = transaction.refusal {
                json.member("outcome", "refused")
                json.member("problem") { problem(&$0, refusal) }
                return
            }
            json.member("outcome", "posted")
            json.member("type", transaction.type.rawValue)
            json.member("amount", transaction.amount.minorUnits)
            json.member("currency", transaction.amount.currency.code)
            json.member("from") { $0.party(transaction.from, of: transaction, for: viewer) }
            json.member("to") { $0.party(transaction.to, of: transaction, for: viewer) }
            if let own = transaction.ownPosting(of: viewer) {
                json.member("balanceAfter", own.balanceAfter)
            }
        }
    }

    private mutating func details(of transaction: Transaction) {
        member("reference", transaction.reference)
        member("externalReference", transaction.details.externalReference)
        member("channel", transaction.details.channel?.rawValue)
        member("description", transaction.details.description)
        key("metadata")
        if let metadata = transaction.details.metadata { raw(metadata) } else { null() }
        member(
            "relatedTransactionId", describing: transaction.parent ?? transaction.ending?.entryID)
    }

    private mutating func party(
        _ party: Party, of transaction: Transaction, for viewer: Viewer
    ) {
        let isOpen = viewer.isStaff || party.customerID == viewer.customerID
        object { json in
            if isOpen { json.member("accountId", describing: party.accountID) }
            json.member("number", party.number)
            json.member("holderName", party.holderName)
            guard isOpen, let id = party.accountID,
                let posting = transaction.postings.first(where: { $0.accountID == id })
            else { return }
            json.key("balanceAfter")
            if posting.customerID == nil {
                json.string(String(posting.balanceAfter))
            } else {
                json.integer(posting.balanceAfter)
            }
            json.member("seq", posting.seq)
        }
    }

    /// `{posted, held, available, currency}` after a posting.
    package mutating func balance(after posting: Posting, currency: Currency) {
        object { json in
            json.member("posted", posting.balanceAfter)
            json.member("held", posting.heldAfter)
            json.member("available", posting.availableAfter)
            json.member("currency", currency.code)
        }
    }
}

extension Transaction {
    /// The viewer's own side; the debit's if both are.
    package func ownPosting(of viewer: Viewer) -> Posting? {
        postings.first { $0.customerID == viewer.customerID }
    }
}

extension Refusal {
    /// A sentence for people.
    package var detail: String {
        switch self {
        case .insufficientFunds: "The available balance is smaller than the amount."
        case .accountNotActive: "One of the accounts does not take this at present."
        case .accountNotFound: "There is no account with that id or number to pay to."
        case .sameAccount: "Both sides are the same account."
        case .currencyMismatch: "The currency is not that of both accounts."
        case .typeNotAllowed: "This type of transaction is not allowed on these accounts."
        case .amountBelowMinimum: "The amount is below the minimum of this type."
        case .amountAboveMaximum: "The amount is above the maximum of this type."
        case .dailyLimitExceeded: "The account's debits of this day would pass its limit."
        case .balanceLimitExceeded: "The balance would pass the largest that can be kept."
        case .duplicateExternalReference: "The external reference was used before."
        }
    }
}
