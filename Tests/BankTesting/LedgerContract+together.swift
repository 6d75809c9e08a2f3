import BankCore
import Ledger

extension LedgerContract {
    static let together = [
        ContractCheck("orders that belong together are posted all") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let outcome = try await bank.perform(
                .postTogether([
                    bank.transfer(100, from: from, to: to), bank.transfer(40, from: to, to: from),
                ]))
            guard case .recordedTogether(let joint) = outcome else { throw Broken("\(outcome)") }
            try expect(joint.arePosted, true)
            try await expect(bank.posted(from), 40)
            try await expect(bank.posted(to), 60)
        },
        ContractCheck("or none of them, and nothing of them is recorded") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let orders = [
                bank.transfer(60, from: from, to: to, key: "first"),
                bank.transfer(41, from: from, to: to, key: "second"),
            ]
            let outcomes = try await bank.store.commit([
                .postTogether(orders), .post(bank.transfer(1, from: from, to: to)),
            ])
            guard case .recordedTogether(let joint) = outcomes.first else {
                throw Broken("\(outcomes)")
            }
            try expect(joint.arePosted, false)
            try expect(joint.decisions.map(\.isPosted), [true, false])
            try await expect(bank.posted(from), 99)
            let page = try await bank.list { $0.accountID = from.id }
            try expect(page.items.count, 2)
            let again = try await bank.post(bank.transfer(60, from: from, to: to, key: "first"))
            try expect(again.refusal, nil)
        },
        ContractCheck("what was posted before counts as posted") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let first = bank.transfer(60, from: from, to: to, key: "first")
            let second = bank.transfer(40, from: from, to: to, key: "second")
            _ = try await bank.post(first)
            for _ in 0..<2 {
                let outcome = try await bank.perform(.postTogether([first, second]))
                guard case .recordedTogether(let joint) = outcome else {
                    throw Broken("\(outcome)")
                }
                try expect(joint.arePosted, true)
            }
            try await expect(bank.posted(from), 0)
        },
        ContractCheck("a preview says what would happen, and nothing happens") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            for (amount, refusal) in [(Int64(100), nil), (101, Refusal.insufficientFunds)] {
                let order = bank.transfer(amount, from: from, to: to)
                let outcome = try await bank.store.preview(.post(order))
                guard case .recorded(let entry, _) = outcome else { throw Broken("\(outcome)") }
                try expect(entry.refusal, refusal)
            }
            try await expect(bank.posted(from), 100)
            let page = try await bank.list { $0.accountID = from.id }
            try expect(page.items.count, 1)
        },
    ]
}
