import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import Testing

@Suite struct ProofTests {
    @Test func `the sums of each currency are zero, also past Int64`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            _ = try await bank.customer(opening: 1_000)
            _ = try await bank.customer(opening: 200, currency: .jpy)
            let proof = MongoProof(database)
            let lines = try await proof.trialBalance()
            let jpy = TrialBalanceLine(currency: .jpy, debits: 200, credits: 200, accounts: 2)
            let usd = TrialBalanceLine(currency: .usd, debits: 1_000, credits: 1_000, accounts: 2)
            #expect(lines == [jpy, usd])
            #expect(lines.allSatisfy { $0.difference == 0 })
            let cash = AccountID.cash(.usd).description
            let other = AccountID.cash(.eur).description
            try await database.run { connection in
                for id in [cash, other] {
                    _ = try connection.updateOne(
                        Collections.accounts, ["_id": .string(id)],
                        ["$set": ["posted": .int64(.min), "currency": "USD", "seq": 1]])
                }
            }
            let beyond = try await proof.trialBalance().last
            #expect(beyond?.debits == 2 * -Int128(Int64.min))
        }
    }

    @Test func `blocks are listed newest first, and the heads are the chains' last`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            for _ in 0..<4 { _ = try await bank.post(bank.transfer(1, from: from, to: to)) }
            let other = database.bank
            _ = try await other.post(other.transfer(1, from: from, to: to))
            let proof = MongoProof(database)
            let first = try await proof.blocks(PageRequest(limit: 4))
            let rest = try await proof.blocks(PageRequest(limit: 4, after: first.items.last?.id))
            #expect(first.hasMore && !rest.hasMore)
            #expect((first.items + rest.items).map(\.head.height) == [1, 5, 4, 3, 2, 1])
            // The second chain's first block names the first chain's head.
            #expect(try await proof.heads() == [first.items[0].head])
        }
    }

    @Test func `verification against heads that a later chain only names finds a cut`()
        async throws
    {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            _ = try await bank.post(bank.transfer(1, from: from, to: to))
            let heads = try await MongoProof(database).heads()
            let kept = try await MongoVerification(database).verify(knownHeads: heads)
            #expect(kept.isClean, "\(kept.findings)")
            try await database.run {
                _ = try $0.findOneAndDelete(Collections.blocks, [:], sort: ["height": -1])
            }
            let cut = try await MongoVerification(database).verify(knownHeads: heads)
            #expect(cut.findings.contains(.tailCut(heads[0])))
        }
    }
}
