import BSON
package import Ledger

extension JournalDocument {
    /// The entry, equal in every field to the one that was stored.
    package var transaction: Transaction {
        get throws(BSONError) {
            let initiator = try document.document("initiator")
            return Transaction(
                id: try document.identifier("_id"),
                type: try document.code("type"),
                amount: Money(
                    minorUnits: try document.int64("amount"),
                    currency: try document.currency("currency")),
                from: try Party(document: try document.document("from")),
                to: try Party(document: try document.document("to")),
                postings: try postings,
                refusal: try document.optionalCode("refusal"),
                initiator: Initiator(
                    customerID: try initiator.identifier("customer"),
                    authority: try initiator.code("authority")),
                requestID: try document.string("request"),
                idempotency: try idempotency,
                details: try Details(document: document),
                parent: try document.optionalIdentifier("parent"),
                receivedAt: try document.time("receivedAt"),
                committedAt: try document.time("committedAt"))
        }
    }

    /// The entry and where its document says that it stands in the chain.
    package var entry: JournalEntry {
        get throws(BSONError) {
            let block = try document.document("block")
            return JournalEntry(
                transaction: try transaction,
                place: BlockPlace(
                    writer: try block.identifier("writer"), height: try block.int64("height"),
                    index: Int(clamping: try block.int64("index"))))
        }
    }

    private var postings: [Posting] {
        get throws(BSONError) {
            try (document.optionalDocuments("postings") ?? []).map {
                (posting) throws(BSONError) in try Posting(document: posting)
            }
        }
    }

    private var idempotency: Idempotency? {
        get throws(BSONError) {
            guard let text = try document.optionalString("key"),
                let slash = text.utf8.firstIndex(of: UInt8(ascii: "/"))
            else { return nil }
            return Idempotency(
                key: String(text[text.index(after: slash)...]),
                digest: try document.bytes("digest"))
        }
    }
}

extension Party {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        self.init(
            accountID: try document.optionalIdentifier("account"),
            number: try document.optionalString("number"),
            holderName: try document.optionalString("holder"),
            customerID: try document.optionalIdentifier("customer"))
    }
}

extension Posting {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        self.init(
            accountID: try document.identifier("account"),
            customerID: try document.optionalIdentifier("customer"),
            amount: try document.int64("amount"),
            heldChange: try document.int64("heldChange"),
            balanceAfter: try document.int64("balance"),
            heldAfter: try document.int64("held"),
            availableAfter: try document.int64("available"),
            seq: try document.int64("seq"))
    }
}

extension Details {
    fileprivate init(document: BSONDocument) throws(BSONError) {
        self.init(
            externalReference: try document.optionalString("externalReference"),
            channel: try document.optionalCode("channel"),
            description: try document.optionalString("description"),
            metadata: try document.optionalString("metadata"))
    }
}
