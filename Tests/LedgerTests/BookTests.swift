import Ledger
import Testing

@Suite struct BookTests {
    private static let payer = World.account(0)
    private static let payee = World.account(1)

    private func book(_ balance: Int64, _ others: Account...) -> Book {
        var payer = Self.payer
        payer.posted = balance
        var payee = Self.payee
        payee.overdraftLimit = 0
        return Book(accounts: World.cashAccounts + [payer, payee] + others)
    }

    private func order(
        _ amount: Int64, type: TransactionTypeCode = .transfer,
        from: AccountReference = .id(payer.id), to: AccountReference = .id(payee.id),
        currency: Currency = World.usd, by initiator: Initiator? = nil
    ) -> Order {
        Order(
            id: TransactionID(high: 1, low: 1), type: type, from: from, to: to,
            amount: Money(minorUnits: amount, currency: currency),
            initiator: initiator ?? World.owner(World.customers[0]), requestID: "req",
            idempotency: nil, receivedAt: World.start)
    }

    private func refusal(_ order: Order, _ book: Book) -> Refusal? {
        var book = book
        guard case .recorded(let entry) = book.decide(order, at: World.start) else { return nil }
        return entry.refusal
    }

    @Test func `a transfer of the whole balance is accepted`() throws {
        var book = book(500)
        let decision = book.decide(order(500), at: World.start)
        guard case .recorded(let entry) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(entry.refusal == nil)
        #expect(entry.postings.map(\.amount) == [-500, 500])
        #expect(entry.postings.map(\.balanceAfter) == [0, 500])
        #expect(entry.postings.map(\.seq) == [1, 1])
        #expect(book.accounts[Self.payer.id]?.posted == 0)
        #expect(book.accounts[Self.payee.id]?.posted == 500)
    }

    @Test func `one minor unit more than the balance is refused`() {
        #expect(refusal(order(501), book(500)) == .insufficientFunds)
    }

    @Test func `a refused order changes no account and takes no seq`() {
        var book = book(500)
        let before = book.accounts
        _ = book.decide(order(501), at: World.start)
        #expect(book.accounts == before)
        #expect(book.changes.before.isEmpty)
        #expect(book.changes.transactions.count == 1)
    }

    @Test func `a balance grows to the ceiling and not beyond`() {
        var full = Self.payee
        full.posted = Money.minorUnitsMax - 10
        let book = Book(accounts: book(500).accounts.values.filter { $0.id != full.id } + [full])
        #expect(refusal(order(10), book) == nil)
        #expect(refusal(order(11), book) == .balanceLimitExceeded)
    }

    @Test func `the bank's own account is bounded by Int64 alone`() {
        var cash = World.cashAccounts[0]
        cash.posted = .min + 5
        let accounts = book(0).accounts.values.filter { $0.id != cash.id } + [cash]
        let deposit = { (amount: Int64) in
            self.order(
                amount, type: .deposit, from: .cash(World.usd), to: .id(Self.payee.id),
                by: World.staff)
        }
        #expect(refusal(deposit(5), Book(accounts: accounts)) == nil)
        #expect(refusal(deposit(6), Book(accounts: accounts)) == .balanceLimitExceeded)
    }

    @Test(arguments: [Int64.min, -1, 0])
    func `an amount below one is refused`(amount: Int64) {
        #expect(refusal(order(amount), book(500)) == .amountBelowMinimum)
    }

    @Test(arguments: [Money.minorUnitsMax + 1, .max])
    func `an amount above the ceiling is refused`(amount: Int64) {
        #expect(refusal(order(amount), book(500)) == .amountAboveMaximum)
    }

    @Test func `an account pays nothing to itself`() {
        let order = order(1, to: .number(Self.payer.number))
        #expect(refusal(order, book(500)) == .sameAccount)
    }

    @Test func `an unknown receiver is recorded with the number that was written`() throws {
        var book = book(500)
        let number = AccountNumber(body: 987_654_321)
        let decision = book.decide(order(1, to: .number(number)), at: World.start)
        guard case .recorded(let entry) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(entry.refusal == .accountNotFound)
        #expect(entry.to.number == number.description)
        #expect(entry.to.accountID == nil)
    }

    @Test func `who does not own the payer is told that it does not exist`() {
        var book = book(500)
        let decision = book.decide(
            order(1, by: World.owner(World.customers[1])), at: World.start)
        #expect(decision == .rejected(.accountNotFound))
        #expect(book.changes.isEmpty)
    }

    @Test func `an owner deposits into own accounts only`() {
        var book = book(0)
        let order = order(
            5, type: .deposit, from: .cash(World.usd), to: .id(Self.payee.id),
            by: World.owner(World.customers[0]))
        #expect(book.decide(order, at: World.start) == .rejected(.accountNotFound))
    }

    @Test func `nobody transfers to or from the bank's own accounts`() {
        let cash = AccountReference.cash(World.usd)
        #expect(refusal(order(1, to: cash), book(500)) == .typeNotAllowed)
        #expect(refusal(order(1, from: cash, by: World.staff), book(500)) == .typeNotAllowed)
    }

    @Test func `both accounts must be in the order's currency`() {
        #expect(refusal(order(1, currency: World.jpy), book(500)) == .currencyMismatch)
        let yen = World.account(4, currency: World.jpy)
        #expect(refusal(order(1, to: .id(yen.id)), book(500, yen)) == .currencyMismatch)
    }

    @Test(arguments: [
        (AccountStatus.active, true, true), (.dormant, false, true), (.frozen, false, false),
        (.closed, false, false),
    ])
    func `a status says which way money may go`(status: AccountStatus, pays: Bool, takes: Bool) {
        var account = World.account(3)
        account.posted = 100
        account.status = status
        let book = book(500, account)
        let paying = order(1, from: .id(account.id), by: World.staff)
        #expect((refusal(paying, book) == nil) == pays)
        #expect((refusal(order(1, to: .id(account.id)), book) == nil) == takes)
    }

    @Test func `debits of one day stop at the daily limit, and go on the next day`() {
        var payer = Self.payer
        payer.posted = 1_000
        payer.dailyDebitLimit = 100
        var book = Book(accounts: [payer, Self.payee])
        let day: Int64 = 86_400
        let expected: [(Int64, Int64, Refusal?)] = [
            (60, 0, nil), (41, 10, .dailyLimitExceeded), (40, 20, nil),
            (1, day - 1, .dailyLimitExceeded), (100, day, nil),
        ]
        for (amount, seconds, refusal) in expected {
            let time = World.start.advanced(bySeconds: seconds)
            guard case .recorded(let entry) = book.decide(order(amount), at: time) else {
                Issue.record("not recorded")
                return
            }
            #expect(entry.refusal == refusal, "\(amount) after \(seconds) s")
        }
    }

    @Test func `a dry run on a copy leaves the book as it was`() {
        let book = book(500)
        var copy = book
        _ = copy.decide(order(500), at: World.start)
        #expect(book.accounts[Self.payer.id]?.posted == 500)
        #expect(book.changes.isEmpty)
    }

    @Test func `money held is not spent`() {
        var payer = Self.payer
        payer.posted = 100
        payer.held = 40
        payer.dailyDebitLimit = nil
        let book = Book(accounts: [payer, Self.payee])
        #expect(refusal(order(60), book) == nil)
        #expect(refusal(order(61), book) == .insufficientFunds)
    }
}
