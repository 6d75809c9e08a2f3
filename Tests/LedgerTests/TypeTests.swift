import Ledger
import Testing

@Suite struct TypeTests {
    private static let gift = TransactionTypeCode(rawValue: "gift")

    /// Account 0 pays; 1 is a saving account of somebody else, 3 a merchant's.
    private func book(_ change: (inout Catalogue) throws -> Void) throws -> Book {
        var payer = World.account(0)
        payer.posted = 1_000
        var catalogue = Catalogue.builtIn
        _ = try catalogue.apply(
            .addTransactionType(TransactionType(code: Self.gift, name: "Gift")))
        try change(&catalogue)
        return Book(
            accounts: World.cashAccounts + [
                payer, World.account(1, type: .saving), World.account(3, type: .merchant),
            ], catalogue: catalogue)
    }

    private func refusal(
        _ amount: Int64, of type: TransactionTypeCode = gift, to: Int = 1, in book: Book,
        at time: Timestamp = World.start
    ) -> Refusal? {
        var book = book
        return decide(amount, of: type, to: to, in: &book, at: time)
    }

    private func decide(
        _ amount: Int64, of type: TransactionTypeCode = gift, to: Int = 1, in book: inout Book,
        at time: Timestamp = World.start
    ) -> Refusal? {
        let order = Order(
            id: TransactionID(high: 1, low: 1), type: type, from: .id(World.account(0).id),
            to: .id(World.account(to).id), amount: Money(minorUnits: amount, currency: World.usd),
            initiator: World.owner(World.customers[0]), requestID: "req", idempotency: nil,
            receivedAt: time)
        guard case .recorded(let entry) = book.decide(order, at: time) else {
            Issue.record("not recorded")
            return nil
        }
        return entry.refusal
    }

    private func change(
        _ code: TransactionTypeCode = gift, _ change: TransactionTypeChange
    ) -> (inout Catalogue) throws -> Void {
        { catalogue in _ = try catalogue.apply(.changeTransactionType(code, change)) }
    }

    private func change(
        _ code: AccountTypeCode, _ change: AccountTypeChange
    ) -> (inout Catalogue) throws -> Void {
        { catalogue in _ = try catalogue.apply(.changeAccountType(code, change)) }
    }

    @Test func `a type of the bank's own behaves like a transfer`() throws {
        let book = try book { _ in }
        #expect(refusal(1_000, in: book) == nil)
        #expect(refusal(1_001, in: book) == .insufficientFunds)
        #expect(refusal(1, to: 0, in: book) == .sameAccount)
    }

    @Test(arguments: ["unknown", "reversal ", "void", ""])
    func `a type that there is not is not allowed`(code: String) throws {
        let type = TransactionTypeCode(rawValue: code)
        #expect(refusal(1, of: type, in: try book { _ in }) == .typeNotAllowed)
    }

    @Test func `an inactive type is not allowed until it is active again`() throws {
        let inactive = change(Self.gift, TransactionTypeChange(status: .inactive))
        #expect(refusal(1, in: try book(inactive)) == .typeNotAllowed)
        #expect(refusal(1, of: .transfer, in: try book(inactive)) == nil)
        let again = try book { catalogue in
            try inactive(&catalogue)
            try change(Self.gift, TransactionTypeChange(status: .active))(&catalogue)
        }
        #expect(refusal(1, in: again) == nil)
    }

    @Test func `a rule forbids the side that it names, of the accounts that it names`() throws {
        let rules: [(TransactionTypeRule, toSaving: Refusal?, toMerchant: Refusal?)] = [
            (.init(accountType: .personal, creditAllowed: false), nil, nil),
            (
                .init(accountType: .personal, debitAllowed: false), .typeNotAllowed,
                .typeNotAllowed
            ),
            (.init(accountType: .saving, creditAllowed: false), .typeNotAllowed, nil),
            (.init(accountType: .saving, debitAllowed: false), nil, nil),
            (.init(accountType: .merchant), nil, nil),
        ]
        for (rule, toSaving, toMerchant) in rules {
            let book = try book(change(Self.gift, TransactionTypeChange(rules: [rule])))
            #expect(refusal(1, in: book) == toSaving, "\(rule)")
            #expect(refusal(1, to: 3, in: book) == toMerchant, "\(rule)")
        }
    }

    @Test func `rules bind deposits on the customer's side`() throws {
        let rule = TransactionTypeRule(accountType: .saving, creditAllowed: false)
        var book = try book(change(.deposit, TransactionTypeChange(rules: [rule])))
        let deposit = Order(
            id: TransactionID(high: 1, low: 1), type: .deposit, from: .cash(World.usd),
            to: .id(World.account(1).id), amount: Money(minorUnits: 1, currency: World.usd),
            initiator: World.staff, requestID: "req", idempotency: nil, receivedAt: World.start)
        guard case .recorded(let entry) = book.decide(deposit, at: World.start) else {
            Issue.record("not recorded")
            return
        }
        #expect(entry.refusal == .typeNotAllowed)
    }

    @Test(arguments: [
        (Int64(4), Refusal.amountBelowMinimum as Refusal?), (5, nil), (9, nil),
        (10, .amountAboveMaximum),
    ])
    func `the amount is within the limits of the type and of both accounts' types`(
        amount: Int64, expected: Refusal?
    ) throws {
        let limits = AmountLimits(minimum: 5, maximum: 9)
        let changes = [
            change(Self.gift, TransactionTypeChange(amounts: limits)),
            change(.personal, AccountTypeChange(amounts: limits)),
            change(.saving, AccountTypeChange(amounts: limits)),
        ]
        for change in changes { #expect(refusal(amount, in: try book(change)) == expected) }
        let others = change(.merchant, AccountTypeChange(amounts: limits))
        #expect(refusal(amount, in: try book(others)) == nil)
    }

    @Test func `the strictest of several limits counts, the minimum first`() throws {
        let book = try book { catalogue in
            try change(
                Self.gift, TransactionTypeChange(amounts: AmountLimits(minimum: 2, maximum: 9)))(
                    &catalogue)
            try change(
                .personal, AccountTypeChange(amounts: AmountLimits(minimum: 3, maximum: 4)))(
                    &catalogue)
            try change(.saving, AccountTypeChange(amounts: AmountLimits(minimum: 8)))(&catalogue)
        }
        #expect(refusal(5, in: book) == .amountBelowMinimum)
        #expect(refusal(8, in: book) == .amountAboveMaximum)
        #expect(refusal(2, to: 3, in: book) == .amountBelowMinimum)
        #expect(refusal(3, to: 3, in: book) == nil)
    }

    @Test func `what is wrong with the type is told before the amount and the balance`() throws {
        let book = try book(
            change(
                Self.gift,
                TransactionTypeChange(
                    amounts: AmountLimits(maximum: 10),
                    rules: [.init(accountType: .saving, creditAllowed: false)])))
        #expect(refusal(2_000, in: book) == .typeNotAllowed)
        #expect(refusal(2_000, to: 3, in: book) == .amountAboveMaximum)
    }

    @Test func `an account's own daily limit goes before its type's`() throws {
        var book = try book(change(.personal, AccountTypeChange(dailyDebitLimit: 100)))
        var payer = World.account(0, dailyDebitLimit: 300)
        payer.posted = 1_000
        var bound = Book(
            accounts: [payer, World.account(1, type: .saving)], catalogue: book.catalogue)
        #expect(decide(301, in: &bound) == .dailyLimitExceeded)
        #expect(decide(300, in: &bound) == nil)
        #expect(decide(1, in: &bound) == .dailyLimitExceeded)

        #expect(decide(101, in: &book) == .dailyLimitExceeded)
        #expect(decide(100, in: &book) == nil)
        #expect(decide(1, in: &book) == .dailyLimitExceeded)
        let tomorrow = World.start.advanced(bySeconds: 86_400)
        #expect(decide(100, in: &book, at: tomorrow) == nil)
    }

    @Test func `no account of a type without overdraft gets one, and what it has it keeps`() throws
    {
        var account = World.account(1, overdraftLimit: 500)
        account.posted = -300
        var catalogue = Catalogue.builtIn
        try change(.personal, AccountTypeChange(overdraftAllowed: false))(&catalogue)
        var book = Book(accounts: [account, World.account(0)], catalogue: catalogue)
        func set(_ overdraft: Int64?, daily: Int64? = nil) throws(Rejection) {
            _ = try book.change(
                account.id, to: .limits(AccountLimits(overdraft: overdraft, dailyDebit: daily)),
                by: World.staff, at: World.start)
        }
        #expect(throws: Rejection.overdraftNotAllowed) { try set(1) }
        #expect(book.accounts[account.id]?.overdraftLimit == 500)
        #expect(book.accounts[account.id]?.available == 200)
        try set(nil, daily: 5)
        #expect(book.accounts[account.id]?.overdraftLimit == 500)
        try set(0)
        #expect(book.accounts[account.id]?.overdraftLimit == 0)
    }
}
