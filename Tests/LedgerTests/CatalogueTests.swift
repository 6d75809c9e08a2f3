import Ledger
import Testing

@Suite struct CatalogueTests {
    private func accountType(_ code: String, _ limits: AmountLimits = .none) -> AccountType {
        AccountType(code: AccountTypeCode(rawValue: code), name: code, amounts: limits)
    }

    @Test func `a change says nothing of what it leaves as it is`() throws {
        var catalogue = Catalogue.builtIn
        let gold = AccountType(
            code: AccountTypeCode(rawValue: "gold"), name: "Gold", description: "For few",
            amounts: AmountLimits(minimum: 1, maximum: 2), dailyDebitLimit: 3,
            overdraftAllowed: false)
        _ = try catalogue.apply(.addAccountType(gold))
        let same = try catalogue.apply(.changeAccountType(gold.code, AccountTypeChange()))
        #expect(same == .accountType(gold))
        var renamed = gold
        renamed.name = "Golden"
        let change = AccountTypeChange(name: "Golden")
        #expect(
            try catalogue.apply(.changeAccountType(gold.code, change)) == .accountType(renamed))
        #expect(catalogue.accountTypes[gold.code] == renamed)
    }

    @Test func `a code is given once`() throws {
        var catalogue = Catalogue.builtIn
        #expect(throws: CatalogueRejection.codeTaken) {
            try catalogue.apply(.addAccountType(accountType("saving")))
        }
        #expect(throws: CatalogueRejection.codeTaken) {
            try catalogue.apply(.addTransactionType(TransactionType(code: .transfer, name: "T")))
        }
        #expect(catalogue == .builtIn)
    }

    @Test func `there are a hundred types at most, and no more`() throws {
        var catalogue = Catalogue.builtIn
        for number in catalogue.accountTypes.count..<Catalogue.typesMax {
            _ = try catalogue.apply(.addAccountType(accountType("type-\(number)")))
        }
        #expect(throws: CatalogueRejection.typeLimitReached) {
            try catalogue.apply(.addAccountType(accountType("one-more")))
        }
        #expect(catalogue.accountTypes.count == Catalogue.typesMax)
    }

    @Test(arguments: [
        (AmountLimits(minimum: 5, maximum: 5), true), (AmountLimits(minimum: 6, maximum: 5), false),
        (AmountLimits(minimum: 6), true), (AmountLimits(maximum: 5), true),
    ])
    func `a minimum is not above the maximum`(limits: AmountLimits, isAllowed: Bool) {
        var catalogue = Catalogue.builtIn
        let added = try? catalogue.apply(.addAccountType(accountType("gold", limits)))
        #expect((added != nil) == isAllowed)
    }

    @Test func `a change is held against the limit that stays`() throws {
        var catalogue = Catalogue.builtIn
        let limits = AmountLimits(minimum: 5, maximum: 8)
        let gold = accountType("gold", limits)
        _ = try catalogue.apply(.addAccountType(gold))
        let change = AccountTypeChange(amounts: AmountLimits(maximum: 4))
        #expect(throws: CatalogueRejection.limitsCross) {
            try catalogue.apply(.changeAccountType(gold.code, change))
        }
        #expect(catalogue.accountTypes[gold.code]?.amounts == limits)
    }

    @Test func `rules name account types that exist`() throws {
        var catalogue = Catalogue.builtIn
        let gold = AccountTypeCode(rawValue: "gold")
        let change = CatalogueChange.changeTransactionType(
            .purchase,
            TransactionTypeChange(rules: [
                TransactionTypeRule(accountType: gold), TransactionTypeRule(accountType: .loan),
                TransactionTypeRule(accountType: .cash),
            ]))
        #expect(throws: CatalogueRejection.accountTypesUnknown(at: [0, 2])) {
            try catalogue.apply(change)
        }
        #expect(catalogue == .builtIn)
    }

    @Test(arguments: ["ab", "a1", "gift-card", "gift_card", String(repeating: "a", count: 32)])
    func `a code is a word`(code: String) {
        #expect(TypeCode.isWellFormed(code))
    }

    @Test(arguments: [
        "", "a", "1a", "-a", "A", "Gift", "gift card", "gìft", "gift\u{0}", "gift.card", "$gift",
        String(repeating: "a", count: 33),
    ])
    func `what is no word is no code`(code: String) {
        #expect(!TypeCode.isWellFormed(code))
    }
}
