package import BSON
package import Ledger

/// A journal entry as it is stored, for ever.
///
/// Shape: `{_id, type, status, amount, currency, from, to, postings?, refusal?, initiator:
/// {customer, authority}, request, key?, digest?, externalReference?, channel?, description?,
/// metadata?, parent?, receivedAt, committedAt, parties, block: {writer, height, index},
/// reversedBy?, cancelledBy?}`.
/// `from`, `to`: `{account?, number?, holder?, customer?}`. A posting: `{account, customer?,
/// amount, heldChange, balance, held, available, seq}`. `key` is caller and idempotency key.
/// `status` is what was decided: `posted` or `refused`. All but `reversedBy` and `cancelledBy`,
/// which are set when another entry gives the money back, is written once.
/// `parties` are the accounts and customers in whose lists the entry stands.
package struct JournalDocument: Sendable {
    package let document: BSONDocument

    package init(_ document: BSONDocument) { self.document = document }

    package init(_ transaction: Transaction, at place: BlockPlace) {
        document = BSONDocument(capacity: 1_536) { writer in
            writer.append("_id", transaction.id)
            writer.append("type", transaction.type.rawValue)
            writer.append("status", transaction.status.rawValue)
            writer.append("amount", transaction.amount.minorUnits)
            writer.append("currency", transaction.amount.currency.code)
            writer.document("from", transaction.from.append)
            writer.document("to", transaction.to.append)
            if !transaction.postings.isEmpty {
                writer.array("postings", transaction.postings) { array, index, posting in
                    array.document(index, posting.append)
                }
            }
            writer.append("refusal", ifAny: transaction.refusal?.rawValue)
            writer.document("initiator") { initiator in
                initiator.append("customer", transaction.initiator.customerID)
                initiator.append("authority", transaction.initiator.authority.rawValue)
            }
            writer.append("request", transaction.requestID)
            if let idempotency = transaction.idempotency {
                writer.append("key", IdempotencyScope(of: transaction)?.documentKey ?? "")
                writer.append("digest", bytes: idempotency.digest)
            }
            transaction.details.append(to: &writer)
            writer.append("parent", ifAny: transaction.parent)
            writer.append("receivedAt", transaction.receivedAt)
            writer.append("committedAt", transaction.committedAt)
            writer.array("parties", transaction.listedParties) { array, index, party in
                array.append(index, party)
            }
            writer.document("block", place.append)
            if let undone = transaction.undone {
                writer.append(undone.field, undone.entryID)
            }
        }
    }
}

extension Undoing {
    /// Where the entry that was undone keeps by what.
    var field: String {
        switch self {
        case .reversed: Self.reversedField
        case .cancelled: Self.cancelledField
        }
    }

    static let reversedField = "reversedBy"
    static let cancelledField = "cancelledBy"
}

extension IdempotencyScope {
    /// Caller and key in one text, for one index and one lookup.
    package var documentKey: String { "\(customerID)/\(key)" }
}

extension Transaction {
    /// In whose lists the entry stands: both accounts, the initiator, and once it is posted the
    /// customers on both sides.
    fileprivate var listedParties: [String] {
        var customers = [initiator.customerID]
        for posting in postings {
            if let customer = posting.customerID, !customers.contains(customer) {
                customers.append(customer)
            }
        }
        var accounts: [AccountID] = []
        for case let account? in [from.accountID, to.accountID] where !accounts.contains(account) {
            accounts.append(account)
        }
        return accounts.map(\.description) + customers.map(\.description)
    }
}

extension Party {
    fileprivate func append(to writer: inout BSONWriter) {
        writer.append("account", ifAny: accountID)
        writer.append("number", ifAny: number)
        writer.append("holder", ifAny: holderName)
        writer.append("customer", ifAny: customerID)
    }
}

extension Posting {
    fileprivate func append(to writer: inout BSONWriter) {
        writer.append("account", accountID)
        writer.append("customer", ifAny: customerID)
        writer.append("amount", amount)
        writer.append("heldChange", heldChange)
        writer.append("balance", balanceAfter)
        writer.append("held", heldAfter)
        writer.append("available", availableAfter)
        writer.append("seq", seq)
    }
}

extension Details {
    fileprivate func append(to writer: inout BSONWriter) {
        writer.append("externalReference", ifAny: externalReference)
        writer.append("channel", ifAny: channel?.rawValue)
        writer.append("description", ifAny: description)
        writer.append("metadata", ifAny: metadata)
    }
}

extension BlockPlace {
    fileprivate func append(to writer: inout BSONWriter) {
        writer.append("writer", self.writer)
        writer.append("height", height)
        writer.append("index", Int64(index))
    }
}
