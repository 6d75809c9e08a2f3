import BankCore
package import Ledger

extension LedgerContract {
    package static let staff = Initiator(customerID: .numbered(99), authority: .staff)

    static let changing = [
        ContractCheck("accounts are opened up to the limit, and closing makes room") { bank in
            let (customer, first) = try await bank.customer()
            let open = { (accountsMax: Int?) in
                try await bank.perform(
                    .openAccount(
                        bank.newAccount(of: customer), accountsMax: accountsMax,
                        origin: origin(customer.id)))
            }
            guard case .opened = try await open(2) else { throw Broken("a second one") }
            try await expect(open(2), .rejected(.accountLimitReached))
            let closed = try await bank.perform(
                .changeAccount(first.id, .close, origin: origin(customer.id)))
            guard case .changed(let account) = closed else { throw Broken("\(closed)") }
            try expect(account.status, .closed)
            guard case .opened = try await open(2) else { throw Broken("room again") }
            guard case .opened = try await open(nil) else { throw Broken("no limit") }
        },
        ContractCheck("an account number is given once") { bank in
            let (customer, first) = try await bank.customer()
            let same = Account(
                id: bank.identifiers.next(), number: first.number, customerID: customer.id,
                holderName: "", type: .saving, currency: .usd, createdAt: .sample,
                updatedAt: .sample)
            let outcome = try await bank.perform(
                .openAccount(same, accountsMax: nil, origin: origin(customer.id)))
            try expect(outcome, .rejected(.accountNumberTaken))
        },
        ContractCheck("nobody opens an account for a customer who is not there") { bank in
            let nobody = bank.newCustomer()
            let outcome = try await bank.perform(
                .openAccount(
                    bank.newAccount(of: nobody), accountsMax: nil, origin: origin(nobody.id)))
            try expect(outcome, .rejected(.customerNotFound))
        },
        ContractCheck("an account with money can't be closed") { bank in
            let (customer, account) = try await bank.customer(opening: 1)
            let outcome = try await bank.perform(
                .changeAccount(account.id, .close, origin: origin(customer.id)))
            try expect(outcome, .rejected(.balanceNotZero))
        },
        ContractCheck("a description comes and goes") { bank in
            let (customer, account) = try await bank.customer()
            for text in ["rent", nil] {
                _ = try await bank.perform(
                    .changeAccount(account.id, .description(text), origin: origin(customer.id)))
                let stored = try await bank.accounts.account(.id(account.id))
                try expect(stored?.description, text)
            }
        },
        ContractCheck("a frozen account neither pays nor receives, until it is active") { bank in
            let (_, account) = try await bank.customer(opening: 10)
            let (_, other) = try await bank.customer(opening: 10)
            let set = { (status: AccountStatus) in
                _ = try await bank.perform(
                    .changeAccount(
                        account.id, .status(status, reason: "a test"),
                        origin: Origin(initiator: staff, requestID: "r", receivedAt: .sample)))
            }
            try await set(.frozen)
            let paid = try await bank.post(bank.transfer(1, from: account, to: other))
            let received = try await bank.post(bank.transfer(1, from: other, to: account))
            try expect([paid.refusal, received.refusal], [.accountNotActive, .accountNotActive])
            try await set(.active)
            try await expect(bank.post(bank.transfer(1, from: account, to: other)).refusal, nil)
        },
        ContractCheck("an overdraft lets the balance fall that far") { bank in
            let (_, account) = try await bank.customer()
            let (_, other) = try await bank.customer()
            _ = try await bank.perform(
                .changeAccount(
                    account.id, .limits(AccountLimits(overdraft: 50)),
                    origin: Origin(initiator: staff, requestID: "r", receivedAt: .sample)))
            try await expect(bank.post(bank.transfer(50, from: account, to: other)).refusal, nil)
            let entry = try await bank.post(bank.transfer(1, from: account, to: other))
            try expect(entry.refusal, .insufficientFunds)
            try await expect(bank.posted(account), -50)
        },
        ContractCheck("all that a change changes is kept") { bank in
            let (_, account) = try await bank.customer()
            let origin = Origin(initiator: staff, requestID: "r", receivedAt: .sample)
            let changes: [AccountChange] = [
                .limits(AccountLimits(overdraft: 7, dailyDebit: 9)), .description("Rent"),
                .status(.dormant, reason: "Silent"), .description(nil),
                .limits(AccountLimits(dailyDebit: 10)),
            ]
            for change in changes {
                let outcome = try await bank.perform(
                    .changeAccount(account.id, change, origin: origin))
                let kept = try await bank.accounts.account(.id(account.id))
                try expect(outcome, .changed(require(kept, "the account is there")))
            }
        },
        ContractCheck("a daily limit holds for the debits of a day, and not for credits") { bank in
            let (_, account) = try await bank.customer(opening: 1_000)
            let (_, other) = try await bank.customer(opening: 1_000)
            let origin = Origin(initiator: staff, requestID: "r", receivedAt: .sample)
            _ = try await bank.perform(
                .changeAccount(
                    account.id, .limits(AccountLimits(dailyDebit: 100)), origin: origin))
            let orders = [60, 41, 40, 1].map { bank.transfer($0, from: account, to: other) }
            let outcomes = try await bank.store.commit(orders.map(LedgerCommand.post))
            let refusals = outcomes.map { outcome -> Refusal? in
                if case .recorded(let entry, _) = outcome { entry.refusal } else { nil }
            }
            try expect(refusals, [nil, .dailyLimitExceeded, nil, .dailyLimitExceeded])
            let credit = try await bank.post(bank.transfer(500, from: other, to: account))
            try expect(credit.refusal, nil)
        },
    ]

    static let reading = [
        ContractCheck("an account is found by id and by number") { bank in
            let (_, account) = try await bank.customer()
            try await expect(bank.accounts.account(.id(account.id)), account)
            try await expect(bank.accounts.account(.number(account.number)), account)
            try await expect(bank.accounts.account(.id(bank.identifiers.next())), nil)
        },
        ContractCheck("accounts are listed by their customer, page by page") { bank in
            let (customer, first) = try await bank.customer()
            var ids = [first.id]
            for _ in 0..<4 {
                let account = bank.newAccount(of: customer, currency: .jpy)
                ids.append(account.id)
                _ = try await bank.perform(
                    .openAccount(account, accountsMax: nil, origin: origin(customer.id)))
            }
            let filter = AccountFilter(customerID: customer.id)
            let page = try await bank.accounts.accounts(filter, PageRequest(limit: 3))
            try expect(page.items.map(\.id), Array(ids.sorted().prefix(3)))
            try expect(page.hasMore, "two are left")
            let rest = try await bank.accounts.accounts(
                filter, PageRequest(limit: 3, after: page.items.last?.id))
            try expect(rest.items.map(\.id), Array(ids.sorted().suffix(2)))
            try expect(!rest.hasMore, "none is left")
            var yen = filter
            yen.currency = .jpy
            let inYen = try await bank.accounts.accounts(yen, PageRequest(limit: 9))
            try expect(inYen.items.count, 4)
        },
        ContractCheck("a history is newest first, and pages stay while entries come") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            var entries: [Transaction] = []
            for amount in 1...5 {
                entries.append(
                    try await bank.post(bank.transfer(Int64(amount), from: from, to: to)))
            }
            let newest = Array(entries.reversed())
            let page = try await bank.list(limit: 3) { $0.accountID = to.id }
            try expect(page.items, Array(newest.prefix(3)))
            try expect(page.hasMore, "there is more")
            _ = try await bank.post(bank.transfer(1, from: from, to: to))
            let rest = try await bank.list(limit: 3, after: page.items.last?.id) {
                $0.accountID = to.id
            }
            try expect(rest.items, Array(newest.suffix(2)))
        },
        ContractCheck("each filter lets through what the filter says, and nothing else") { bank in
            let (customer, from) = try await bank.customer(opening: 100)
            let (other, to) = try await bank.customer(opening: 50)
            for amount in [10, 20, 200] {
                _ = try await bank.post(
                    bank.transfer(Int64(amount), from: from, to: to, key: "k\(amount)"))
            }
            _ = try await bank.post(bank.transfer(5, from: to, to: from))
            for (name, filter) in filters(customer, other, from, to) {
                var wide = TransactionFilter()
                wide.accountID = from.id
                let all = try await bank.transactions.transactions(wide, PageRequest(limit: 50))
                let found = try await bank.transactions.transactions(
                    filter, PageRequest(limit: 50))
                let expected = all.items.filter(filter.matches)
                try expect(found.items == expected, "\(name): \(found.items.count) found")
            }
        },
        ContractCheck("a history is read by seq, from any place") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            var entries: [Transaction] = []
            for _ in 0..<5 {
                entries.append(try await bank.post(bank.transfer(1, from: from, to: to)))
            }
            try await expect(bank.histories.entries(of: to.id, 2...4), Array(entries[1...3]))
            try await expect(bank.histories.entries(of: to.id, 6...9), [])
        },
        ContractCheck("the border of a moment in a history is found by seq") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            var times: [Timestamp] = []
            for _ in 0..<5 {
                // Each in a millisecond of its own.
                try await Task.sleep(for: .milliseconds(2))
                times.append(
                    try await bank.post(bank.transfer(1, from: from, to: to)).committedAt)
            }
            for (index, time) in times.enumerated() {
                let seq = try await bank.histories.seq(of: to.id, before: time, last: 5)
                try expect(seq, Int64(index))
            }
            let all = try await bank.histories.seq(
                of: to.id, before: Timestamp(milliseconds: .max), last: 5)
            try expect(all, 5)
        },
        ContractCheck("a refusal is seen by its initiator and not by the other side") { bank in
            let (customer, from) = try await bank.customer()
            let (other, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(1, from: from, to: to))
            let mine = try await bank.list { $0.viewer = customer.id }
            let theirs = try await bank.list { $0.viewer = other.id }
            try expect(mine.items, [entry])
            try expect(theirs.items, [])
        },
    ]

    private static func origin(_ customer: CustomerID) -> Origin {
        Origin(
            initiator: Initiator(customerID: customer, authority: .owner), requestID: "req",
            receivedAt: .sample)
    }

    private static func filters(
        _ customer: Customer, _ other: Customer, _ from: Account, _ to: Account
    ) -> [(String, TransactionFilter)] {
        let changes: [(String, @Sendable (inout TransactionFilter) -> Void)] = [
            ("account", { _ in }), ("viewer", { $0.viewer = customer.id }),
            ("other viewer", { $0.viewer = other.id }),
            ("stranger", { $0.viewer = .numbered(7) }),
            ("debit", { $0.direction = .debit }), ("credit", { $0.direction = .credit }),
            ("type", { $0.type = .transfer }), ("other type", { $0.type = .withdrawal }),
            ("posted", { $0.status = .posted }), ("refused", { $0.status = .refused }),
            ("reversed", { $0.status = .reversed }), ("amount from", { $0.amountMin = 10 }),
            ("amount to", { $0.amountMax = 10 }), ("request", { $0.requestID = "req-20" }),
            ("no request", { $0.requestID = "none" }),
            ("external reference", { $0.externalReference = "none" }),
            ("no reference", { $0.reference = "ABC" }),
            ("regular expression as reference", { $0.reference = ".*" }),
            ("words", { $0.text = "A Test" }), ("part of a word", { $0.text = "test" }),
            ("other words", { $0.text = "rent" }),
            ("regular expression as words", { $0.text = "a.*t" }),
            ("past", { $0.until = Timestamp(milliseconds: 0) }),
            ("since", { $0.from = Timestamp(milliseconds: 0) }),
        ]
        return changes.map { name, change in
            var filter = TransactionFilter()
            filter.accountID = from.id
            change(&filter)
            return (name, filter)
        }
    }
}
