package import Ledger

/// An event that moves no money, kept for the push to the customer: insert-only.
package struct Notice: Hashable, Sendable {
    package let id: NoticeID
    package let kind: Kind
    package let customerID: CustomerID
    package let accountID: AccountID?
    package let requestID: String
    package let at: Timestamp
    /// What the notification tells beside the account's id: names and texts.
    package let data: [String: String]

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case accountOpened = "account.opened"
        case accountStatus = "account.status"
        case accountLimits = "account.limits"
        case holdExpired = "hold.expired"
        case customerClosed = "customer.closed"
        case statementReady = "statement.ready"
    }

    package init(
        id: NoticeID, kind: Kind, customerID: CustomerID, accountID: AccountID?,
        requestID: String, at: Timestamp, data: [String: String]
    ) {
        self.id = id
        self.kind = kind
        self.customerID = customerID
        self.accountID = accountID
        self.requestID = requestID
        self.at = at
        self.data = data
    }
}
