package import Ledger

/// Reading accounts as the last commit left them (read concern majority).
package protocol AccountReader: Sendable {
    func account(_ reference: AccountReference) async throws(StoreError) -> Account?

    /// Accounts of customers (never the bank's own), oldest first: ascending by id.
    func accounts(
        _ filter: AccountFilter, _ page: PageRequest<AccountID>
    ) async throws(StoreError) -> Page<Account>
}

/// Every condition that is not nil must hold.
package struct AccountFilter: Hashable, Sendable {
    package var customerID: CustomerID?
    package var number: AccountNumber?
    package var type: AccountTypeCode?
    package var currency: Currency?
    package var status: AccountStatus?

    package init(
        customerID: CustomerID? = nil, number: AccountNumber? = nil, type: AccountTypeCode? = nil,
        currency: Currency? = nil, status: AccountStatus? = nil
    ) {
        self.customerID = customerID
        self.number = number
        self.type = type
        self.currency = currency
        self.status = status
    }
}
