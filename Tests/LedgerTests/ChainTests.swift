import Ledger
import Testing

@Suite struct ChainTests {
    @Test func `a digest is that of SHA-256`() {
        // Source: FIPS 180-4, example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let hash = Hash(of: Array("abc".utf8))
        #expect(hash.description == expected)
        #expect(Hash(hash.bytes) == hash)
    }

    @Test(arguments: [0, 31, 33])
    func `a digest has 32 bytes`(count: Int) {
        #expect(Hash([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func `every field of an entry changes its digest`() {
        let base = sample()
        let others = [
            sample(id: 2), sample(type: .deposit), sample(amount: 2), sample(currency: World.jpy),
            sample(from: "a"), sample(to: "b"), sample(refusal: .sameAccount),
            sample(authority: .staff), sample(request: "other"), sample(key: "k"),
            sample(details: Details(externalReference: "x")),
            sample(details: Details(channel: .web)), sample(details: Details(description: "x")),
            sample(details: Details(metadata: "x")), sample(parent: 5), sample(received: 1),
            sample(committed: 1), sample(seq: 2), sample(balance: 3),
        ]
        let hashes = ([base] + others).map(\.entryHash)
        #expect(Set(hashes).count == hashes.count)
        #expect(sample().entryHash == base.entryHash)
    }

    @Test func `a text moved from one field to the next changes the digest`() {
        let first = sample(details: Details(description: "ab", metadata: "c"))
        let second = sample(details: Details(description: "a", metadata: "bc"))
        #expect(first.entryHash != second.entryHash)
    }

    @Test func `the digest of an entry is the same for ever`() {
        // Made once by this code: whoever changes it breaks every chain there is.
        let expected = "2de0a6e89ba4e5e10f77cb0699fc6f29ce6f1b953f75b92577321e99f1373a49"
        #expect(sample().entryHash.description == expected)
    }

    private func sample(
        id: UInt64 = 1, type: TransactionTypeCode = .transfer, amount: Int64 = 1,
        currency: Currency = World.usd, from: String? = nil, to: String? = nil,
        refusal: Refusal? = nil, authority: Authority = .owner, request: String = "req",
        key: String? = nil, details: Details = Details(), parent: UInt64? = nil,
        received: Int64 = 0, committed: Int64 = 0, seq: Int64 = 1, balance: Int64 = 0
    ) -> Transaction {
        Transaction(
            id: TransactionID(high: 1, low: id), type: type,
            amount: Money(minorUnits: amount, currency: currency),
            from: Party(
                accountID: AccountID(high: 1, low: 1), number: from, holderName: "A",
                customerID: nil),
            to: Party(
                accountID: AccountID(high: 1, low: 2), number: to, holderName: nil,
                customerID: CustomerID(high: 1, low: 1)),
            postings: [
                Posting(
                    accountID: AccountID(high: 1, low: 1), customerID: nil, amount: -amount,
                    heldChange: 0, balanceAfter: balance, heldAfter: 0, availableAfter: 0,
                    seq: seq)
            ],
            refusal: refusal,
            initiator: Initiator(customerID: CustomerID(high: 1, low: 1), authority: authority),
            requestID: request, idempotency: key.map { Idempotency(key: $0, digest: [1]) },
            details: details, parent: parent.map { TransactionID(high: 1, low: $0) },
            receivedAt: Timestamp(milliseconds: received),
            committedAt: Timestamp(milliseconds: committed))
    }
}
