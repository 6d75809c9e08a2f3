import BankAPI
import Ledger
import Testing

@Suite struct RenderingTests {
    private let alice = CustomerID(high: 1, low: 1)
    private let bob = CustomerID(high: 1, low: 2)
    private let carol = CustomerID(high: 1, low: 3)
    private let from = AccountID(high: 2, low: 1)
    private let to = AccountID(high: 2, low: 2)

    private func transfer(fromBank: Bool = false, refusal: Refusal? = nil) throws -> Transaction {
        let currency = try #require(Currency("USD"))
        let payer = fromBank ? nil : alice
        func posting(_ account: AccountID, _ owner: CustomerID?, _ amount: Int64) -> Posting {
            Posting(
                accountID: account, customerID: owner, amount: amount, heldChange: 0,
                balanceAfter: 1_000 + amount, heldAfter: 0, availableAfter: 1_000 + amount, seq: 7)
        }
        return Transaction(
            id: TransactionID(high: 3, low: 1), type: .transfer,
            amount: Money(minorUnits: 250, currency: currency),
            from: Party(
                accountID: from, number: "0000000018", holderName: "Alice <b>", customerID: payer),
            to: Party(accountID: to, number: "0000000026", holderName: "Bob", customerID: bob),
            postings: refusal == nil ? [posting(from, payer, -250), posting(to, bob, 250)] : [],
            refusal: refusal, initiator: Initiator(customerID: alice, authority: .owner),
            requestID: "req-1", idempotency: nil,
            details: Details(description: "a \"quote\"\u{1b}", metadata: #"{"a":1}"#), parent: nil,
            receivedAt: Timestamp(milliseconds: 0), committedAt: Timestamp(milliseconds: 5))
    }

    private func view(
        _ transaction: Transaction, _ id: CustomerID, staff: Bool = false
    ) throws
        -> JSONValue
    {
        let viewer = Viewer(customerID: id, isStaff: staff)
        return try JSONParser.parse(
            JSONWriter.bytes { $0.transaction(transaction, for: viewer) })
    }

    @Test func `the payer sees the own side whole and of the other number and name only`() throws {
        let view = try view(transfer(), alice)
        #expect(view["balanceAfter"]?.integer == 750)
        #expect(view["seq"]?.integer == 7)
        #expect(view["from"]?["accountId"]?.string == from.description)
        #expect(view["from"]?["balanceAfter"]?.integer == 750)
        #expect(view["to"]?.object?.map(\.key) == ["number", "holderName"])
        #expect(view["metadata"]?["a"]?.integer == 1)
        #expect(view["description"]?.string == "a \"quote\"\u{1b}")
    }

    @Test func `the receiver sees the own side, a stranger to both sees no pair`() throws {
        #expect(try view(transfer(), bob)["balanceAfter"]?.integer == 1_250)
        let stranger = try view(transfer(), carol)
        #expect(stranger["balanceAfter"] == nil)
        #expect(stranger["from"]?["accountId"] == nil)
    }

    @Test func `staff see both sides, and the bank's own balance as a decimal string`() throws {
        let view = try view(transfer(fromBank: true), carol, staff: true)
        #expect(view["from"]?["balanceAfter"]?.string == "750")
        #expect(view["to"]?["balanceAfter"]?.integer == 1_250)
        #expect(view["seq"] == nil)
    }

    @Test func `a refused transaction names its reason, and only its initiator may see it`() throws
    {
        let refused = try transfer(refusal: .insufficientFunds)
        let view = try view(refused, alice)
        #expect(view["status"]?.string == "refused")
        #expect(view["refusal"]?["code"]?.string == "insufficient_funds")
        #expect(refused.isVisible(to: Viewer(customerID: alice, isStaff: false)))
        #expect(!refused.isVisible(to: Viewer(customerID: bob, isStaff: false)))
        #expect(refused.isVisible(to: Viewer(customerID: carol, isStaff: true)))
    }

    @Test func `integers of both ends are written exactly`() {
        #expect(
            JSONWriter.bytes { json in
                json.array { json in
                    json.integer(Int64.min)
                    json.integer(Int64.max)
                    json.integer(0)
                }
            } == Array("[-9223372036854775808,9223372036854775807,0]".utf8))
    }
}
