import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import ServiceKit
import Testing

@Suite struct TypeTests {
    private static let gift = TransactionTypeCode(rawValue: "gift")

    private func add(_ code: String) -> CatalogueChange {
        .addAccountType(AccountType(code: AccountTypeCode(rawValue: code), name: code))
    }

    @Test func `the types are read once, and then only their version`() async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            _ = try await database.run { try $0.command(["profile": 2]) }
            for _ in 0..<5 { _ = try await bank.post(bank.transfer(1, from: from, to: to)) }
            let change = TransactionTypeChange(name: "Payment")
            _ = try await bank.types.change(.changeTransactionType(.transfer, change))
            for _ in 0..<5 { _ = try await bank.post(bank.transfer(1, from: from, to: to)) }
            let reads = try await database.run { connection in
                try connection.command(["profile": 0])
                // In transactions of postings: they have blocks, a change of types has none.
                return try ["catalogue", "accountTypes"].map { name in
                    try connection.count(
                        "system.profile", ["op": "query", "command.find": .string(name)])
                }
            }
            // Ten postings and a change look at the version. Types: the change reads them, and
            // the first posting after it.
            #expect(reads == [11, 2])
            try await expect(bank.posted(from), 90)
        }
    }

    @Test func `a change counts at once for a store that knew the types before`() async throws {
        try await withDatabase { database in
            let here = database.bank
            let there = database.bank
            let (_, from) = try await here.customer(opening: 100)
            let (_, to) = try await here.customer()
            for (status, refusal) in [
                (TransactionTypeStatus.inactive, Refusal.typeNotAllowed), (.active, nil),
            ] {
                _ = try await there.post(there.transfer(1, from: from, to: to))
                let change = TransactionTypeChange(status: status)
                _ = try await here.types.change(.changeTransactionType(.transfer, change))
                let entry = try await there.post(there.transfer(1, from: from, to: to))
                #expect(entry.refusal == refusal)
            }
        }
    }

    @Test func `types made at once stop at their number, and each code is made once`() async throws
    {
        try await withDatabase { database in
            let types = database.bank.types
            for number in 0..<(Catalogue.typesMax - 4 - 5) {
                _ = try await types.change(add("type-\(number)"))
            }
            let outcomes = try await withThrowingTaskGroup(of: CatalogueOutcome.self) { group in
                for number in 0..<20 {
                    let change = add("race-\(number / 2)")
                    group.addTask { try await types.change(change) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let made = outcomes.count { if case .changed = $0 { true } else { false } }
            #expect(made == 5)
            let rejected = Set(
                outcomes.compactMap { if case .rejected(let why) = $0 { why } else { nil } })
            #expect(rejected.isSubset(of: [.codeTaken, .typeLimitReached]))
            #expect(try await types.catalogue().accountTypes.count == Catalogue.typesMax)
        }
    }

    @Test func `migrating again keeps what administrators made of the built-in types`() async throws
    {
        try await withDatabase { database in
            let types = database.bank.types
            let change = AccountTypeChange(dailyDebitLimit: 7, overdraftAllowed: false)
            _ = try await types.change(.changeAccountType(.saving, change))
            let before = try await types.catalogue()
            try await database.run { connection in
                try connection.deleteOne(Collections.migrations, ["name": "types"])
            }
            let done = try await Migrator(database, clock: .system).migrate()
            #expect(done.map(\.name) == ["types"])
            #expect(try await types.catalogue() == before)
        }
    }
}
