import BankCore
package import Ledger

extension LedgerContract {
    static let holding = [
        ContractCheck("a hold sets money aside, and a capture in part frees the rest") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            try expect(entry.status, .pending)
            try expect(entry.postings.map(\.amount), [0])
            try expect(entry.postings.map(\.heldChange), [60])
            try await expect(bank.balances(from), [100, 60, 40])
            try await expect(
                bank.post(bank.transfer(41, from: from, to: to)).refusal, .insufficientFunds)
            let capture = try await bank.post(bank.capture(25, of: entry))
            try expect(capture.amount.minorUnits, 25)
            try expect(capture.postings.map(\.amount), [-25, 25])
            try expect(capture.postings.map(\.heldChange), [-60, 0])
            try expect(capture.postings.map(\.seq), [3, 1])
            try await expect(bank.balances(from), [75, 0, 75])
            try await expect(bank.balances(to), [25, 0, 25])
            try await expect(bank.ended(entry), .captured(by: capture.id))
            let hold = try require(
                try await bank.holds.hold(HoldID(of: entry.id)), "the hold is there")
            try expect(hold.status, .captured)
            try expect([hold.captured, hold.released], [25, 35])
        },
        ContractCheck("a hold ends once: by capture, void or expiry") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            let outcomes = try await bank.store.commit([
                .post(bank.capture(60, of: entry)), .post(bank.capture(1, of: entry)),
                .post(bank.release(of: entry)), .post(bank.release(of: entry, by: bank.itself)),
            ])
            try expect(
                outcomes.dropFirst().allSatisfy { $0 == .rejected(.holdNotPending) },
                "only the first ended it")
            try await expect(bank.balances(from), [40, 0, 40])
            try await expect(bank.balances(to), [60, 0, 60])
        },
        ContractCheck("a hold and its capture may come in one batch") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let order = bank.hold(60, from: from, to: to)
            let capture = Order(
                id: bank.nextTransactionID(), type: .capture, from: .id(from.id), to: .id(to.id),
                amount: Money(minorUnits: 60, currency: from.currency), initiator: staff,
                requestID: "req", idempotency: nil, parent: order.id, receivedAt: .sample)
            _ = try await bank.store.commit([.post(order), .post(capture)])
            try await expect(bank.balances(from), [40, 0, 40])
            let stored = try await bank.transactions.transaction(order.id)
            try expect(stored?.ending, .captured(by: capture.id))
            try await expect(bank.holds.hold(HoldID(of: order.id))?.status, .captured)
        },
        ContractCheck("a voided hold gives all back, also the day's allowance") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let limits = AccountChange.limits(AccountLimits(dailyDebit: 60))
            _ = try await bank.perform(
                .changeAccount(
                    from.id, limits,
                    origin: Origin(initiator: staff, requestID: "req", receivedAt: .sample)))
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            try await expect(
                bank.post(bank.transfer(1, from: from, to: to)).refusal, .dailyLimitExceeded)
            let release = try await bank.post(bank.release(of: entry))
            try expect(release.postings.map(\.amount), [0])
            try expect(release.postings.map(\.heldChange), [-60])
            try await expect(bank.ended(entry), .voided(by: release.id))
            try await expect(bank.balances(from), [100, 0, 100])
            try await expect(bank.post(bank.transfer(60, from: from, to: to)).refusal, nil)
        },
        ContractCheck("only the bank releases a hold whose time is over, and no other") { bank in
            let ((payer, from), (receiver, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let over = try await bank.post(bank.hold(30, from: from, to: to, seconds: 0))
            let open = try await bank.post(bank.hold(30, from: from, to: to))
            try await expect(
                bank.perform(.post(bank.capture(30, of: over))), .rejected(.holdNotPending))
            try await expect(
                bank.perform(.post(bank.release(of: over))), .rejected(.holdNotPending))
            try await expect(
                bank.perform(.post(bank.release(of: open, by: bank.itself))),
                .rejected(.holdNotPending))
            let expiry = try await bank.post(bank.release(of: over, by: bank.itself))
            try await expect(bank.ended(over), .expired(by: expiry.id))
            try await expect(bank.balances(from), [100, 30, 70])
            try await expect(bank.status(.expired, of: payer), [over.id])
            try await expect(bank.status(.pending, of: payer), [open.id])
            try await expect(bank.status(.posted, of: receiver), [])
        },
        ContractCheck("captures are for the receiver and staff, of what is held at most") { bank in
            let ((payer, from), (receiver, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let (other, _) = try await bank.customer()
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            for (customer, rejection) in [
                (payer.id, CommandRejection.notAllowed), (other.id, .transactionNotFound),
            ] {
                let initiator = Initiator(customerID: customer, authority: .owner)
                for order in [
                    bank.capture(1, of: entry, by: initiator),
                    bank.release(of: entry, by: initiator),
                ] {
                    try await expect(bank.perform(.post(order)), .rejected(rejection))
                }
            }
            try await expect(
                bank.perform(.post(bank.capture(61, of: entry))), .rejected(.captureExceedsHold))
            let initiator = Initiator(customerID: receiver.id, authority: .owner)
            try await expect(
                bank.post(bank.capture(60, of: entry, by: initiator)).refusal, nil)
        },
        ContractCheck("who can't pay has nothing to hold, and what is no hold can't be settled") {
            bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let refused = try await bank.post(bank.hold(101, from: from, to: to))
            try expect(refused.refusal, .insufficientFunds)
            try await expect(bank.holds.hold(HoldID(of: refused.id)), nil)
            try await expect(
                bank.perform(.post(bank.capture(1, of: refused, from: from, to: to))),
                .rejected(.transactionNotFound))
            let transfer = try await bank.post(bank.transfer(1, from: from, to: to))
            try await expect(
                bank.perform(.post(bank.capture(1, of: transfer, from: from, to: to))),
                .rejected(.transactionNotFound))
        },
        ContractCheck("a frozen account's hold is not captured, but released") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            _ = try await bank.perform(
                .changeAccount(
                    from.id, .status(.frozen, reason: "a test"),
                    origin: Origin(initiator: staff, requestID: "req", receivedAt: .sample)))
            try await expect(
                bank.post(bank.capture(60, of: entry)).refusal, .accountNotActive)
            try await expect(bank.ended(entry), nil)
            _ = try await bank.post(bank.release(of: entry))
            try await expect(bank.balances(from), [100, 0, 100])
        },
        ContractCheck("an account with money on hold is not closed") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let origin = Origin(initiator: staff, requestID: "req", receivedAt: .sample)
            let limits = AccountChange.limits(AccountLimits(overdraft: 50))
            _ = try await bank.perform(.changeAccount(from.id, limits, origin: origin))
            _ = try await bank.post(bank.transfer(100, from: from, to: to))
            let entry = try await bank.post(bank.hold(50, from: from, to: to))
            let close = LedgerCommand.changeAccount(from.id, .close, origin: origin)
            try await expect(bank.perform(close), .rejected(.holdsOpen))
            _ = try await bank.post(bank.release(of: entry))
            guard case .changed = try await bank.perform(close) else {
                throw Broken("an account without holds is closed")
            }
        },
        ContractCheck("a capture is given back as any other movement, a hold is not") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let entry = try await bank.post(bank.hold(60, from: from, to: to))
            let capture = try await bank.post(bank.capture(25, of: entry))
            _ = try await bank.post(bank.reversal(of: capture))
            try await expect(bank.balances(from), [100, 0, 100])
            try await expect(bank.balances(to), [0, 0, 0])
        },
        ContractCheck("both sides find their holds; the receiver's history has the capture") {
            bank in
            let ((payer, from), (receiver, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            let first = try await bank.post(bank.hold(10, from: from, to: to))
            let second = try await bank.post(bank.hold(20, from: from, to: to))
            let capture = try await bank.post(bank.capture(10, of: first))
            for customer in [payer, receiver] {
                try await expect(bank.holdIDs { $0.viewer = customer.id }, [second.id, first.id])
                try await expect(
                    bank.holdIDs {
                        $0.viewer = customer.id
                        $0.status = .pending
                    }, [second.id])
            }
            try await expect(
                bank.holdIDs {
                    $0.viewer = payer.id
                    $0.accountID = to.id
                }, [second.id, first.id])
            let history = try await bank.list { $0.accountID = to.id }
            try expect(history.items.map(\.id), [capture.id])
            let payers = try await bank.list {
                $0.accountID = from.id
                $0.type = .hold
            }
            try expect(payers.items.map(\.id), [second.id, first.id])
        },
        ContractCheck("what is due comes in parts, the longest overdue first") { bank in
            let ((_, from), (_, to)) = (
                try await bank.customer(opening: 100), try await bank.customer()
            )
            var due: [TransactionID] = []
            for _ in 0..<3 {
                due.append(try await bank.post(bank.hold(1, from: from, to: to, seconds: 0)).id)
            }
            _ = try await bank.post(bank.hold(1, from: from, to: to))
            var found: [Hold] = []
            while true {
                let part = try await bank.holds.due(
                    at: Timestamp(milliseconds: 4_000_000_000_000), after: found.last,
                    limit: 2)
                found += part
                if part.isEmpty { break }
            }
            let own = found.filter { $0.from.accountID == from.id }
            try expect(own.prefix(3).map(\.transactionID), due)
        },
    ]
}

extension BankUnderTest {
    /// The bank's own authority, which ends holds whose time is over.
    package var itself: Initiator {
        Initiator(customerID: CustomerID(high: 0, low: 0), authority: .bank)
    }

    package func hold(
        _ minorUnits: Int64, from: Account, to: Account, seconds: Int64 = 3_600
    ) -> Order {
        var order = Order(
            id: nextTransactionID(), type: .hold, from: .id(from.id), to: .id(to.id),
            amount: Money(minorUnits: minorUnits, currency: from.currency),
            initiator: Initiator(
                customerID: from.customerID ?? CustomerID(high: 0, low: 0), authority: .owner),
            requestID: "req", idempotency: nil, receivedAt: .sample)
        order.holdSeconds = seconds
        return order
    }

    package func capture(
        _ minorUnits: Int64, of entry: Transaction, by initiator: Initiator = LedgerContract.staff
    ) -> Order {
        guard let hold = Hold(entry) else { fatalError("the entry is no hold") }
        return Order(
            settling: hold, as: .capture, amount: minorUnits, id: nextTransactionID(),
            initiator: initiator, requestID: "req", idempotency: nil, receivedAt: .sample)
    }

    /// A capture of what may be no hold.
    package func capture(
        _ minorUnits: Int64, of entry: Transaction, from: Account, to: Account
    ) -> Order {
        Order(
            id: nextTransactionID(), type: .capture, from: .id(from.id), to: .id(to.id),
            amount: Money(minorUnits: minorUnits, currency: from.currency),
            initiator: LedgerContract.staff, requestID: "req", idempotency: nil,
            parent: entry.id, receivedAt: .sample)
    }

    package func release(
        of entry: Transaction, by initiator: Initiator = LedgerContract.staff
    ) -> Order {
        guard let hold = Hold(entry) else { fatalError("the entry is no hold") }
        return Order(
            settling: hold, as: .release, id: nextTransactionID(), initiator: initiator,
            requestID: "req", idempotency: nil, receivedAt: .sample)
    }

    /// Posted, held, available.
    package func balances(_ account: Account) async throws -> [Int64] {
        let account = try require(
            try await accounts.account(.id(account.id)), "the account is there")
        return [account.posted, account.held, account.available]
    }

    func ended(_ entry: Transaction) async throws -> Ending? {
        try await transactions.transaction(entry.id)?.ending
    }

    func status(_ status: TransactionStatus, of customer: Customer) async throws -> [TransactionID]
    {
        try await list {
            $0.viewer = customer.id
            $0.status = status
            $0.type = status == .posted ? nil : .hold
        }.items.map(\.id)
    }

    func holdIDs(_ change: (inout HoldFilter) -> Void) async throws -> [TransactionID] {
        var filter = HoldFilter()
        change(&filter)
        return try await holds.holds(filter, PageRequest(limit: 50)).items.map(\.transactionID)
    }
}
