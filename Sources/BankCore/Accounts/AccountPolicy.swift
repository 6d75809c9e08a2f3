package import Ledger

/// What the bank lets its customers open.
package struct AccountPolicy: Sendable {
    /// Open accounts of one customer.
    package let accountsPerCustomerMax: Int
    package let defaultCurrency: Currency
    /// Customers may also open merchant accounts, and deposit and withdraw by themselves.
    package let isSandbox: Bool

    package init(accountsPerCustomerMax: Int, defaultCurrency: Currency, isSandbox: Bool) {
        self.accountsPerCustomerMax = accountsPerCustomerMax
        self.defaultCurrency = defaultCurrency
        self.isSandbox = isSandbox
    }

    /// The types that anyone may open.
    func isOpenToCustomers(_ type: AccountTypeCode) -> Bool {
        type == .personal || type == .saving || type == .merchant && isSandbox
    }
}
