import BankCore
import Ledger

extension LedgerContract {
    static let types = [
        ContractCheck("the built-in types are there and limit nothing") { bank in
            let catalogue = try await bank.types.catalogue()
            for (code, type) in Catalogue.builtIn.accountTypes {
                try expect(catalogue.accountTypes[code], type)
            }
            for (code, type) in Catalogue.builtIn.transactionTypes {
                try expect(catalogue.transactionTypes[code], type)
            }
        },
        ContractCheck("types are kept as they were made, and changed as told") { bank in
            let gold = AccountType(
                code: bank.newAccountType(), name: "Gold", description: "For few",
                amounts: AmountLimits(minimum: 2, maximum: 9), dailyDebitLimit: 30,
                overdraftAllowed: false)
            try await expect(bank.types.change(.addAccountType(gold)), .changed(.accountType(gold)))
            let gift = TransactionType(
                code: bank.newTransactionType(), name: "Gift", description: "From the heart",
                amounts: AmountLimits(minimum: 1, maximum: 5), status: .inactive,
                rules: [
                    TransactionTypeRule(accountType: gold.code, creditAllowed: false),
                    TransactionTypeRule(accountType: .loan, debitAllowed: false),
                ])
            try await expect(
                bank.types.change(.addTransactionType(gift)), .changed(.transactionType(gift)))
            let change = TransactionTypeChange(
                amounts: AmountLimits(maximum: 6), status: .active, rules: [])
            let changed = TransactionType(
                code: gift.code, name: gift.name, description: gift.description,
                amounts: AmountLimits(minimum: 1, maximum: 6))
            try await expect(
                bank.types.change(.changeTransactionType(gift.code, change)),
                .changed(.transactionType(changed)))
            let catalogue = try await bank.types.catalogue()
            try expect(catalogue.accountTypes[gold.code], gold)
            try expect(catalogue.transactionTypes[gift.code], changed)
        },
        ContractCheck("what stands in the way of a type is told, and nothing changes") { bank in
            let gold = AccountType(code: bank.newAccountType(), name: "Gold")
            _ = try await bank.types.change(.addAccountType(gold))
            let before = try await bank.types.catalogue()
            let unknown = bank.newAccountType()
            let crossed = AmountLimits(minimum: 2, maximum: 1)
            let changes: [(CatalogueChange, CatalogueRejection)] = [
                (.addAccountType(gold), .codeTaken),
                (.addTransactionType(TransactionType(code: .hold, name: "Hold")), .codeTaken),
                (.changeAccountType(unknown, AccountTypeChange(name: "New")), .typeNotFound),
                (.changeAccountType(gold.code, AccountTypeChange(amounts: crossed)), .limitsCross),
                (
                    .changeTransactionType(
                        .transfer,
                        TransactionTypeChange(rules: [
                            TransactionTypeRule(accountType: gold.code),
                            TransactionTypeRule(accountType: unknown),
                        ])), .accountTypesUnknown(at: [1])
                ),
            ]
            for (change, rejection) in changes {
                try await expect(bank.types.change(change), .rejected(rejection))
            }
            try await expect(bank.types.catalogue(), before)
        },
        ContractCheck("an order is decided by its type as it stands when it is posted") { bank in
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let code = bank.newTransactionType()
            let order = { bank.order(5, of: code, from: from, to: to) }
            try await expect(bank.post(order()).refusal, .typeNotAllowed)
            _ = try await bank.types.change(
                .addTransactionType(TransactionType(code: code, name: "Gift")))
            let steps: [(TransactionTypeChange, Refusal?)] = [
                (TransactionTypeChange(), nil),
                (TransactionTypeChange(status: .inactive), .typeNotAllowed),
                (TransactionTypeChange(status: .active), nil),
                (TransactionTypeChange(amounts: AmountLimits(minimum: 6)), .amountBelowMinimum),
                (
                    TransactionTypeChange(amounts: AmountLimits(minimum: 0, maximum: 4)),
                    .amountAboveMaximum
                ),
                (TransactionTypeChange(amounts: AmountLimits(maximum: 5)), nil),
                (
                    TransactionTypeChange(rules: [
                        TransactionTypeRule(accountType: .personal, creditAllowed: false)
                    ]), .typeNotAllowed
                ),
            ]
            for (change, refusal) in steps {
                _ = try await bank.types.change(.changeTransactionType(code, change))
                try await expect(bank.post(order()).refusal, refusal)
            }
            try await expect(bank.posted(from), 85)
            try await expect(bank.posted(to), 15)
        },
        ContractCheck("an account is bound by its type's daily limit, or by its own") { bank in
            let (customer, to) = try await bank.customer(opening: 100)
            let type = AccountType(
                code: bank.newAccountType(), name: "Small", dailyDebitLimit: 10,
                overdraftAllowed: false)
            _ = try await bank.types.change(.addAccountType(type))
            let account = try await bank.open(bank.newAccount(of: customer, type: type.code))
            _ = try await bank.post(bank.transfer(50, from: to, to: account))
            let pay = { (amount: Int64) in
                try await bank.post(bank.transfer(amount, from: account, to: to)).refusal
            }
            try await expect(pay(11), .dailyLimitExceeded)
            try await expect(pay(10), nil)
            try await expect(pay(1), .dailyLimitExceeded)
            let staff = Origin(
                initiator: Initiator(customerID: customer.id, authority: .staff),
                requestID: "req", receivedAt: .sample)
            let limits = { (limits: AccountLimits) in
                try await bank.perform(.changeAccount(account.id, .limits(limits), origin: staff))
            }
            guard case .changed = try await limits(AccountLimits(overdraft: 0, dailyDebit: 20))
            else { throw Broken("limits that the type allows are set") }
            try await expect(pay(11), .dailyLimitExceeded)
            try await expect(pay(10), nil)
            try await expect(
                limits(AccountLimits(overdraft: 1)), .rejected(.overdraftNotAllowed))
        },
    ]
}

extension BankUnderTest {
    /// Codes that no other check has.
    fileprivate func newAccountType() -> AccountTypeCode {
        AccountTypeCode(rawValue: "type-\(nextTransactionID())")
    }

    fileprivate func newTransactionType() -> TransactionTypeCode {
        TransactionTypeCode(rawValue: "type-\(nextTransactionID())")
    }

    /// An order of some type by the owner of `from`.
    fileprivate func order(
        _ minorUnits: Int64, of type: TransactionTypeCode, from: Account, to: Account
    ) -> Order {
        let transfer = transfer(minorUnits, from: from, to: to)
        return Order(
            id: transfer.id, type: type, from: transfer.from, to: transfer.to,
            amount: transfer.amount, initiator: transfer.initiator,
            requestID: transfer.requestID, idempotency: nil, receivedAt: .sample)
    }

    fileprivate func open(_ account: Account) async throws -> Account {
        let owner = try require(account.customerID, "a customer's account")
        let origin = Origin(
            initiator: Initiator(customerID: owner, authority: .staff), requestID: "req",
            receivedAt: .sample)
        let outcome = try await perform(
            .openAccount(account, accountsMax: nil, origin: origin))
        guard case .opened(let opened) = outcome else { throw Broken("opening gave \(outcome)") }
        return opened
    }
}
