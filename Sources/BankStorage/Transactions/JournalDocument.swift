package import BSON
package import Ledger

/// A journal entry as it is stored, for ever.
///
/// Shape: `{_id, type, status, amount, currency, from, to, postings?, refusal?, initiator:
/// {customer, authority}, request, key?, digest?, externalReference?, channel?, description?,
/// metadata?, parent?, receivedAt, committedAt, expiresAt?, parties, block: {writer, height,
/// index}, reversedBy? | cancelledBy? | capturedBy? | voidedBy? | expiredBy?}`.
/// `from`, `to`: `{account?, number?, holder?, customer?}`. A posting: `{account, customer?,
/// amount, heldChange, balance, held, available, seq}`. `key` is caller and idempotency key.
/// `status` is what was decided: `posted` or `refused`. `expiresAt` is a hold's. All is written
/// once but `reversedBy` and the like, which are set when another entry ends this one.
/// `parties` are the accounts and customers in whose lists the entry stands.
package struct JournalDocument: Sendable {
    package let document: BSONDocument

    package init(_ document: BSONDocument) { self.document = document }

    package init(_ transaction: Transaction, at place: BlockPlace) {
        document = BSONDocument(capacity: 1_536) { writer in
            writer.append("_id", transaction.id)
            writer.append("type", transaction.type.rawValue)
            let status: TransactionStatus = transaction.refusal == nil ? .posted : .refused
            writer.append("status", status.rawValue)
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
            if let expiresAt = transaction.expiresAt { writer.append("expiresAt", expiresAt) }
            writer.array("parties", transaction.listedParties) { array, index, party in
                array.append(index, party)
            }
            writer.document("block", place.append)
            if let ending = transaction.ending {
                writer.append(ending.field, ending.entryID)
            }
        }
    }
}

extension Ending {
    /// Where the entry that was ended keeps by what.
    var field: String {
        switch self {
        case .reversed: "reversedBy"
        case .cancelled: "cancelledBy"
        case .captured: "capturedBy"
        case .voided: "voidedBy"
        case .expired: "expiredBy"
        }
    }

    static let fields = ["reversedBy", "cancelledBy", "capturedBy", "voidedBy", "expiredBy"]
}

extension IdempotencyScope {
    /// Caller and key in one text, for one index and one lookup.
    package var documentKey: String { "\(customerID)/\(key)" }
}

extension Transaction {
    /// The accounts and customers in whose lists the entry stands.
    fileprivate var listedParties: [String] {
        listedAccounts.map(\.description) + listedCustomers.map(\.description)
    }
}

extension Party {
    func append(to writer: inout BSONWriter) {
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
