import BankCore
import Ledger

extension LedgerContract {
    static let signingUp = [
        ContractCheck("signing up opens an account, and the opening balance is a posting") { bank in
            let (customer, account) = try await bank.customer(opening: 5_000)
            try expect(account.posted, 5_000)
            try expect(account.seq, 1)
            try expect(account.holderName, customer.name)
            let page = try await bank.list { $0.accountID = account.id }
            let entry = try require(page.items.first, "the opening is in the journal")
            try expect(entry.type, .deposit)
            try expect(entry.postings.map(\.amount), [-5_000, 5_000])
        },
        ContractCheck("an e-mail is taken once, also within one batch") { bank in
            let (first, _) = try await bank.customer()
            let again = bank.newCustomer(email: first.email)
            let outcome = try await bank.perform(
                .signUp(again, bank.newAccount(of: again), opening: nil))
            try expect(outcome, .rejected(.emailTaken))
            let email = "\(again.id)@twice.example"
            let twins = [bank.newCustomer(email: email), bank.newCustomer(email: email)]
            let outcomes = try await bank.store.commit(
                twins.map { .signUp($0, bank.newAccount(of: $0), opening: nil) })
            try expect(outcomes.last, .rejected(.emailTaken))
            guard case .signedUp = outcomes.first else { throw Broken("\(outcomes)") }
        },
        ContractCheck("a phone number is taken once") { bank in
            let phone = "+1\(UInt32.random(in: 0...UInt32.max))"
            for expected in [nil, CommandRejection.phoneTaken] {
                let customer = bank.newCustomer(phone: phone)
                let outcome = try await bank.perform(
                    .signUp(customer, bank.newAccount(of: customer), opening: nil))
                if let expected { try expect(outcome, .rejected(expected)) }
            }
        },
    ]

    static let posting = [
        ContractCheck("a transfer moves money, and both sides count it") { bank in
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(300, from: from, to: to))
            try expect(entry.postings.map(\.amount), [-300, 300])
            try expect(entry.postings.map(\.balanceAfter), [700, 300])
            try expect(entry.postings.map(\.seq), [2, 1])
            try await expect(bank.posted(from), 700)
            try await expect(bank.posted(to), 300)
        },
        ContractCheck("orders of one batch see each other") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let outcomes = try await bank.store.commit([
                .post(bank.transfer(100, from: from, to: to)),
                .post(bank.transfer(1, from: from, to: to)),
                .post(bank.transfer(40, from: to, to: from)),
            ])
            let refusals = outcomes.map { outcome -> Refusal? in
                if case .recorded(let entry, _) = outcome { entry.refusal } else { nil }
            }
            try expect(refusals, [nil, .insufficientFunds, nil])
            try await expect(bank.posted(from), 40)
            try await expect(bank.posted(to), 60)
        },
        ContractCheck("a refused order moves nothing and is recorded") { bank in
            let (customer, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(11, from: from, to: to))
            try expect(entry.refusal, .insufficientFunds)
            let stored = try await bank.transactions.transaction(entry.id)
            try expect(stored, entry)
            try await expect(bank.posted(from), 10)
            let own = try await bank.list { $0.viewer = customer.id }
            try expect(own.items.contains(entry), "its initiator sees it")
        },
        ContractCheck("an entry is read as it was told, field for field") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(7, from: from, to: to, key: "k"))
            try await expect(bank.transactions.transaction(entry.id), entry)
        },
        ContractCheck("a foreign account can't be debited, and nothing is recorded") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (thief, to) = try await bank.customer()
            let order = bank.transfer(
                5, from: from, to: to,
                by: Initiator(customerID: thief.id, authority: .owner))
            try await expect(bank.perform(.post(order)), .rejected(.accountNotFound))
            try await expect(bank.transactions.transaction(order.id), nil)
        },
    ]

    static let idempotency = [
        ContractCheck("the same key and content is told again, also a refusal") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            for (amount, key) in [(Int64(4), "paid"), (99, "refused")] {
                let first = try await bank.post(
                    bank.transfer(amount, from: from, to: to, key: key))
                let again = try await bank.perform(
                    .post(bank.transfer(amount, from: from, to: to, key: key)))
                try expect(again, .recorded(first, replayed: true))
            }
            try await expect(bank.posted(from), 6)
        },
        ContractCheck("the same key moves money once within a batch") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            let outcomes = try await bank.store.commit(
                (0..<3).map { _ in .post(bank.transfer(4, from: from, to: to, key: "k")) })
            let replayed = outcomes.map { outcome -> Bool? in
                if case .recorded(_, let replayed) = outcome { replayed } else { nil }
            }
            try expect(replayed, [false, true, true])
            try await expect(bank.posted(from), 6)
        },
        ContractCheck("a key with other content is rejected") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (_, to) = try await bank.customer()
            _ = try await bank.post(bank.transfer(4, from: from, to: to, key: "k"))
            let other = bank.transfer(4, from: from, to: to, key: "k", digest: 2)
            try await expect(bank.perform(.post(other)), .rejected(.idempotencyKeyReused))
        },
        ContractCheck("a key belongs to its caller") { bank in
            let (_, first) = try await bank.customer(opening: 10)
            let (_, second) = try await bank.customer(opening: 10)
            _ = try await bank.post(bank.transfer(4, from: first, to: second, key: "shared"))
            _ = try await bank.post(bank.transfer(4, from: second, to: first, key: "shared"))
            try await expect(bank.posted(first), 10)
        },
        ContractCheck("a rejected order leaves its key free") { bank in
            let (_, from) = try await bank.customer(opening: 10)
            let (thief, to) = try await bank.customer(opening: 10)
            let initiator = Initiator(customerID: thief.id, authority: .owner)
            _ = try await bank.perform(
                .post(bank.transfer(4, from: from, to: to, key: "k", by: initiator)))
            let entry = try await bank.post(bank.transfer(4, from: to, to: from, key: "k"))
            try expect(entry.refusal, nil)
        },
    ]
}
