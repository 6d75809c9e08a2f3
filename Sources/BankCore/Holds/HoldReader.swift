package import Ledger

/// Reading holds as the last commit left them (read concern majority).
package protocol HoldReader: Sendable {
    func hold(_ id: HoldID) async throws(StoreError) -> Hold?

    /// Newest first: descending by id.
    func holds(
        _ filter: HoldFilter, _ page: PageRequest<HoldID>
    ) async throws(StoreError) -> Page<Hold>

    /// Pending holds whose time is over at `time`, at most `limit`, the longest overdue first.
    ///
    /// - Parameter after: the last one of the part before.
    func due(
        at time: Timestamp, after: Hold?, limit: Int
    ) async throws(StoreError) -> [Hold]
}

/// Every condition that is not nil must hold.
package struct HoldFilter: Hashable, Sendable {
    /// Only those in which this customer is a party. Nil: everyone's, for staff.
    package var viewer: CustomerID?
    /// `from` or `to` is this account.
    package var accountID: AccountID?
    package var status: HoldStatus?

    package init() {}

    package func matches(_ hold: Hold) -> Bool {
        viewer.map { [hold.from.customerID, hold.to.customerID].contains($0) } != false
            && accountID.map { [hold.from.accountID, hold.to.accountID].contains($0) } != false
            && status.map { $0 == hold.status } != false
    }
}
