package import BankCore
package import Ledger

extension LedgerContract {
    static let undoing = [
        ContractCheck("a reversal gives the money back, once, and the entry names it") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(30, from: from, to: to))
            let reversal = try await bank.post(bank.reversal(of: entry))
            try expect(reversal.parent, entry.id)
            try expect(reversal.postings.map(\.accountID), [to.id, from.id])
            try expect(reversal.postings.map(\.amount), [-30, 30])
            try await expect(bank.posted(from), 100)
            try await expect(bank.posted(to), 0)
            let stored = try await bank.transactions.transaction(entry.id)
            try expect(stored?.ending, .reversed(by: reversal.id))
            try expect(stored?.asRecorded, entry)
            try await expect(
                bank.perform(.post(bank.reversal(of: entry))), .rejected(.alreadyReversed))
            try await expect(
                bank.perform(.post(bank.reversal(of: reversal))), .rejected(.notReversible))
        },
        ContractCheck("of reversals in one batch the first wins") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(30, from: from, to: to))
            let outcomes = try await bank.store.commit([
                .post(bank.reversal(of: entry)), .post(bank.reversal(of: entry)),
            ])
            try expect(outcomes.last, .rejected(.alreadyReversed))
            try await expect(bank.posted(from), 100)
        },
        ContractCheck("deposits and withdrawals go back to where they came from") { bank in
            let (customer, account) = try await bank.customer()
            let deposit = try await bank.post(bank.cashOrder(.deposit, 50, of: account))
            let withdrawal = try await bank.post(bank.cashOrder(.withdrawal, 20, of: account))
            _ = try await bank.post(bank.reversal(of: withdrawal))
            try await expect(bank.posted(account), 50)
            _ = try await bank.post(bank.reversal(of: deposit))
            try await expect(bank.posted(account), 0)
            let reversed = try await bank.list {
                $0.viewer = customer.id
                $0.status = .reversed
            }
            try expect(reversed.items.map(\.id), [withdrawal.id, deposit.id])
            let standing = try await bank.list {
                $0.viewer = customer.id
                $0.status = .posted
            }
            try expect(standing.items.allSatisfy { $0.type == .reversal }, "the others stand")
            try expect(standing.items.count, 2)
        },
        ContractCheck("money that was spent can't be taken back; later it can") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(100, from: from, to: to))
            let (_, shop) = try await bank.customer()
            let spent = try await bank.post(bank.transfer(1, from: to, to: shop))
            let refused = try await bank.post(bank.reversal(of: entry))
            try expect(refused.refusal, .insufficientFunds)
            try expect(refused.parent, entry.id)
            let stored = try await bank.transactions.transaction(entry.id)
            try expect(stored?.status, .posted)
            _ = try await bank.post(bank.reversal(of: spent))
            try await expect(bank.post(bank.reversal(of: entry)).refusal, nil)
        },
        ContractCheck("a replay tells an entry as it was recorded, reversed or not") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(30, from: from, to: to, key: "k"))
            _ = try await bank.post(bank.reversal(of: entry))
            try await expect(
                bank.perform(.post(bank.transfer(30, from: from, to: to, key: "k"))),
                .recorded(entry, replayed: true))
        },
        ContractCheck("a purchase is cancelled once, by its payer in time") { bank in
            let (payer, from) = try await bank.customer(opening: 100)
            let (_, shop) = try await bank.merchant()
            let owner = Initiator(customerID: payer.id, authority: .owner)
            let entry = try await bank.post(bank.purchase(40, from: from, to: shop))
            try expect(entry.refusal, nil)
            let cancellation = try await bank.post(
                bank.undoing(entry, as: .cancellation, by: owner, cancellationSeconds: 900))
            try expect(cancellation.refusal, nil)
            try await expect(bank.posted(from), 100)
            let stored = try await bank.transactions.transaction(entry.id)
            try expect(stored?.status, .cancelled)
            try await expect(
                bank.perform(.post(bank.reversal(of: entry))), .rejected(.alreadyCancelled))
            let listed = try await bank.list {
                $0.viewer = payer.id
                $0.status = .cancelled
            }
            try expect(listed.items.map(\.id), [entry.id])
        },
        ContractCheck("the payer's time to cancel ends, the merchant's doesn't") { bank in
            let (payer, from) = try await bank.customer(opening: 100)
            let (merchant, shop) = try await bank.merchant()
            let entry = try await bank.post(bank.purchase(40, from: from, to: shop))
            let late = bank.undoing(
                entry, as: .cancellation,
                by: Initiator(customerID: payer.id, authority: .owner), cancellationSeconds: -1)
            try await expect(bank.perform(.post(late)), .rejected(.cancellationWindowOver))
            let merchants = bank.undoing(
                entry, as: .cancellation,
                by: Initiator(customerID: merchant.id, authority: .owner),
                cancellationSeconds: -1)
            try await expect(bank.post(merchants).refusal, nil)
        },
        ContractCheck("who may not give money back doesn't, and what is no purchase stays") {
            bank in
            let (payer, from) = try await bank.customer(opening: 100)
            let (stranger, to) = try await bank.customer()
            let (receiver, third) = try await bank.customer()
            let entry = try await bank.post(bank.transfer(10, from: from, to: third))
            let attempts: [(CustomerID, TransactionTypeCode, CommandRejection)] = [
                (payer.id, .reversal, .notAllowed), (stranger.id, .reversal, .transactionNotFound),
                (stranger.id, .cancellation, .transactionNotFound),
                (payer.id, .cancellation, .notCancellable),
                (receiver.id, .cancellation, .notCancellable),
            ]
            for (customer, type, rejection) in attempts {
                let order = bank.undoing(
                    entry, as: type, by: Initiator(customerID: customer, authority: .owner))
                try await expect(bank.perform(.post(order)), .rejected(rejection))
            }
            let refund = bank.undoing(
                entry, as: .reversal, by: Initiator(customerID: receiver.id, authority: .owner))
            try await expect(bank.post(refund).refusal, nil)
            try await expect(bank.posted(to), 0)
        },
        ContractCheck("a customer posts with an external reference once; a refused one is free") {
            bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, shop) = try await bank.merchant()
            let large = bank.purchase(101, from: from, to: shop, reference: "INV-1")
            try await expect(bank.post(large).refusal, .insufficientFunds)
            let right = bank.purchase(100, from: from, to: shop, reference: "INV-1")
            try await expect(bank.post(right).refusal, nil)
            let twice = try await bank.store.commit([
                .post(bank.purchase(1, from: from, to: shop, reference: "INV-1")),
                .post(bank.purchase(1, from: from, to: shop, reference: "INV-2")),
            ])
            let refusals = twice.map { outcome -> Refusal? in
                if case .recorded(let entry, _) = outcome { entry.refusal } else { nil }
            }
            try expect(refusals, [.duplicateExternalReference, .insufficientFunds])
            let (_, other) = try await bank.customer(opening: 100)
            let others = bank.purchase(1, from: other, to: shop, reference: "INV-1")
            try await expect(bank.post(others).refusal, nil)
        },
        ContractCheck("of two orders with one external reference in a batch the first wins") {
            bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, shop) = try await bank.merchant()
            _ = try await bank.store.commit(
                (0..<3).map { _ in
                    .post(bank.purchase(10, from: from, to: shop, reference: "INV"))
                })
            try await expect(bank.posted(from), 90)
        },
    ]
}

extension BankUnderTest {
    /// A reversal by staff.
    package func reversal(of entry: Transaction) -> Order {
        undoing(entry, as: .reversal, by: LedgerContract.staff)
    }

    package func undoing(
        _ entry: Transaction, as type: TransactionTypeCode, by initiator: Initiator,
        cancellationSeconds: Int64 = 0
    ) -> Order {
        let order = Order(
            undoing: entry, as: type, id: nextTransactionID(), initiator: initiator,
            requestID: "req", idempotency: nil, receivedAt: .sample,
            cancellationSeconds: cancellationSeconds)
        guard let order else { fatalError("the entry moved no money") }
        return order
    }

    package func cashOrder(
        _ type: TransactionTypeCode, _ minorUnits: Int64, of account: Account
    ) -> Order {
        let cash = AccountReference.cash(account.currency)
        return Order(
            id: nextTransactionID(), type: type, from: type == .deposit ? cash : .id(account.id),
            to: type == .deposit ? .id(account.id) : cash,
            amount: Money(minorUnits: minorUnits, currency: account.currency),
            initiator: LedgerContract.staff, requestID: "req", idempotency: nil,
            receivedAt: .sample)
    }

    /// A customer with an account that takes purchases.
    package func merchant() async throws -> (customer: Customer, account: Account) {
        let customer = newCustomer()
        let account = newAccount(of: customer, type: .merchant)
        let outcome = try await perform(.signUp(customer, account, opening: nil))
        guard case .signedUp(let signedUp, let opened) = outcome else {
            throw Broken("signing up gave \(outcome)")
        }
        return (signedUp, opened)
    }

    package func purchase(
        _ minorUnits: Int64, from: Account, to: Account, reference: String? = nil
    ) -> Order {
        Order(
            id: nextTransactionID(), type: .purchase, from: .id(from.id), to: .id(to.id),
            amount: Money(minorUnits: minorUnits, currency: from.currency),
            initiator: Initiator(
                customerID: from.customerID ?? CustomerID(high: 0, low: 0), authority: .owner),
            requestID: "req", idempotency: nil,
            details: Details(externalReference: reference), receivedAt: .sample)
    }
}
