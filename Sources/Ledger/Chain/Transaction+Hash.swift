extension Transaction {
    /// The digest of everything in this entry, which never changes: the link of the hash chain.
    package var entryHash: Hash { Hash(of: canonicalBytes) }

    /// The entry as bytes, the same on every machine and for ever. A new field gets a new domain:
    /// 2 is for entries that expire.
    var canonicalBytes: [UInt8] {
        var writer = CanonicalWriter(
            domain: expiresAt == nil ? "teller.entry.1" : "teller.entry.2", capacity: 1_024)
        writer.identifier(id)
        writer.text(type.rawValue)
        writer.text(amount.currency.code)
        writer.number(amount.minorUnits)
        from.write(into: &writer)
        to.write(into: &writer)
        writer.number(Int64(postings.count))
        for posting in postings { posting.write(into: &writer) }
        writer.optional(refusal) { $0.text($1.rawValue) }
        writer.identifier(initiator.customerID)
        writer.text(initiator.authority.rawValue)
        writer.text(requestID)
        writer.optional(idempotency) {
            $0.text($1.key)
            $0.data($1.digest)
        }
        details.write(into: &writer)
        writer.optional(parent) { $0.identifier($1) }
        writer.number(receivedAt.milliseconds)
        writer.number(committedAt.milliseconds)
        if let expiresAt { writer.number(expiresAt.milliseconds) }
        return writer.bytes
    }
}

extension Party {
    fileprivate func write(into writer: inout CanonicalWriter) {
        writer.optional(accountID) { $0.identifier($1) }
        writer.optional(number) { $0.text($1) }
        writer.optional(holderName) { $0.text($1) }
        writer.optional(customerID) { $0.identifier($1) }
    }
}

extension Posting {
    fileprivate func write(into writer: inout CanonicalWriter) {
        writer.identifier(accountID)
        writer.optional(customerID) { $0.identifier($1) }
        writer.number(amount)
        writer.number(heldChange)
        writer.number(balanceAfter)
        writer.number(heldAfter)
        writer.number(availableAfter)
        writer.number(seq)
    }
}

extension Details {
    fileprivate func write(into writer: inout CanonicalWriter) {
        writer.optional(externalReference) { $0.text($1) }
        writer.optional(channel) { $0.text($1.rawValue) }
        writer.optional(description) { $0.text($1) }
        writer.optional(metadata) { $0.text($1) }
    }
}
