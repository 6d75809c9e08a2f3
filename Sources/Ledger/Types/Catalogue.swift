/// The types of accounts and transactions that a bank has: with them the rules decide orders.
///
/// Types are added and changed, never taken away: what was once recorded with a type keeps it.
package struct Catalogue: Hashable, Sendable {
    /// Of each kind, the built-in ones included.
    package static let typesMax = 100
    /// Of one transaction type.
    package static let rulesMax = 100

    package internal(set) var accountTypes: [AccountTypeCode: AccountType]
    package internal(set) var transactionTypes: [TransactionTypeCode: TransactionType]

    package init(
        accountTypes: some Sequence<AccountType>,
        transactionTypes: some Sequence<TransactionType>
    ) {
        self.accountTypes = Dictionary(accountTypes.map { ($0.code, $0) }) { first, _ in first }
        self.transactionTypes = Dictionary(transactionTypes.map { ($0.code, $0) }) { first, _ in
            first
        }
    }

    /// What every bank begins with: nothing of it has limits or rules.
    package static let builtIn = Catalogue(
        accountTypes: [
            AccountType(code: .saving, name: "Saving"),
            AccountType(code: .personal, name: "Personal"),
            AccountType(code: .loan, name: "Loan"),
            AccountType(code: .merchant, name: "Merchant"),
        ],
        transactionTypes: [
            TransactionType(code: .deposit, name: "Deposit"),
            TransactionType(code: .withdrawal, name: "Withdrawal"),
            TransactionType(code: .transfer, name: "Transfer"),
            TransactionType(code: .purchase, name: "Purchase"),
            TransactionType(code: .hold, name: "Hold"),
        ])
}
