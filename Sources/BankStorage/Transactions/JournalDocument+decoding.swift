import BSON
package import Ledger

extension JournalDocument {
    /// The entry, equal in every field to the one that was stored.
    package var transaction: Transaction {
        get throws(BSONError) { try entry.transaction }
    }

    /// The entry and where its document says that it stands in the chain.
    package var entry: JournalEntry {
        get throws(BSONError) {
            var fields = try BSONFields(document)
            let transaction = try Transaction(fields: &fields)
            return JournalEntry(
                transaction: transaction,
                place: try BlockPlace(document: try fields.document("block")))
        }
    }
}

extension Transaction {
    /// Fields are asked for in the order in which they are written.
    fileprivate init(fields: inout BSONFields) throws(BSONError) {
        let id: TransactionID = try fields.identifier("_id")
        let type: TransactionTypeCode = try fields.code("type")
        let minorUnits = try fields.int64("amount")
        let currency = try fields.currency("currency")
        let from = try Party(document: try fields.document("from"))
        let to = try Party(document: try fields.document("to"))
        let postings = try fields.documents("postings").map { (posting) throws(BSONError) in
            try Posting(document: posting)
        }
        self.init(
            id: id, type: type, amount: Money(minorUnits: minorUnits, currency: currency),
            from: from, to: to, postings: postings,
            refusal: try fields.optionalCode("refusal"),
            initiator: try Initiator(document: try fields.document("initiator")),
            requestID: try fields.string("request"),
            idempotency: try Idempotency(fields: &fields),
            details: try Details(fields: &fields),
            parent: try fields.optionalIdentifier("parent"),
            receivedAt: try fields.time("receivedAt"),
            committedAt: try fields.time("committedAt"),
            expiresAt: type == .hold ? try fields.optionalTime("expiresAt") : nil,
            ending: type == .hold
                ? try Ending(ofHold: &fields) : try Ending(fields: &fields))
    }
}

extension Ending {
    fileprivate init?(fields: inout BSONFields) throws(BSONError) {
        if let id: TransactionID = try fields.optionalIdentifier("reversedBy") {
            self = .reversed(by: id)
        } else if let id: TransactionID = try fields.optionalIdentifier("cancelledBy") {
            self = .cancelled(by: id)
        } else {
            return nil
        }
    }

    fileprivate init?(ofHold fields: inout BSONFields) throws(BSONError) {
        if let id: TransactionID = try fields.optionalIdentifier("capturedBy") {
            self = .captured(by: id)
        } else if let id: TransactionID = try fields.optionalIdentifier("voidedBy") {
            self = .voided(by: id)
        } else if let id: TransactionID = try fields.optionalIdentifier("expiredBy") {
            self = .expired(by: id)
        } else {
            return nil
        }
    }
}

extension Party {
    init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            accountID: try fields.optionalIdentifier("account"),
            number: try fields.optionalString("number"),
            holderName: try fields.optionalString("holder"),
            customerID: try fields.optionalIdentifier("customer"))
    }
}

extension Posting {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            accountID: try fields.identifier("account"),
            customerID: try fields.optionalIdentifier("customer"),
            amount: try fields.int64("amount"),
            heldChange: try fields.int64("heldChange"),
            balanceAfter: try fields.int64("balance"),
            heldAfter: try fields.int64("held"),
            availableAfter: try fields.int64("available"),
            seq: try fields.int64("seq"))
    }
}

extension Initiator {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            customerID: try fields.identifier("customer"),
            authority: try fields.code("authority"))
    }
}

extension Idempotency {
    /// Nil when the entry carries no key. The stored key begins with its caller and a slash.
    fileprivate init?(fields: inout BSONFields) throws(BSONError) {
        guard let text = try fields.optionalString("key"),
            let slash = text.utf8.firstIndex(of: UInt8(ascii: "/"))
        else { return nil }
        self.init(
            key: String(text[text.index(after: slash)...]),
            digest: try fields.required("digest", try fields.optionalBytes("digest")))
    }
}

extension Details {
    fileprivate init(fields: inout BSONFields) throws(BSONError) {
        self.init(
            externalReference: try fields.optionalString("externalReference"),
            channel: try fields.optionalCode("channel"),
            description: try fields.optionalString("description"),
            metadata: try fields.optionalString("metadata"))
    }
}

extension BlockPlace {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        var fields = try BSONFields(document)
        self.init(
            writer: try fields.identifier("writer"), height: try fields.int64("height"),
            index: Int(clamping: try fields.int64("index")))
    }
}
