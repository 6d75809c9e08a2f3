package import Ledger

/// Where the interaction log is kept.
package protocol InteractionStore: Sendable {
    /// Stores all of the records durably; a group that is already there is no fault.
    func append(_ groups: [InteractionGroup]) async throws(RealtimeStoreError)

    /// Newest first.
    func records(
        _ filter: InteractionFilter, after: InteractionID?, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord]

    /// How far each account had been shown to a customer: for every account of which they
    /// acknowledged something before `moment`, the first acknowledgement of its highest seq then.
    /// By account, at most `limit`.
    func shown(
        to customer: CustomerID, before moment: Timestamp, limit: Int
    ) async throws(RealtimeStoreError) -> [InteractionRecord]
}

/// Every condition that is not nil must hold.
package struct InteractionFilter: Hashable, Sendable {
    package var requestID: String?
    package var customerID: CustomerID?
    package var accountID: AccountID?
    package var connectionID: ConnectionID?
    package var transactionID: TransactionID?
    package var kind: InteractionRecord.Kind?
    /// Only those whose outcome is an error.
    package var errorsOnly = false
    /// `at`, from included, until not.
    package var from: Timestamp?
    package var until: Timestamp?

    package init() {}
}

extension InteractionFilter {
    /// Whether the filter lets this record through: the meaning of the fields, in one place.
    package func matches(_ record: InteractionRecord) -> Bool {
        requestID.map { $0 == record.requestID } != false
            && customerID.map { $0 == record.customerID } != false
            && accountID.map { $0 == record.accountID } != false
            && connectionID.map { $0 == record.connectionID } != false
            && transactionID.map { $0 == record.transactionID } != false
            && kind.map { $0 == record.kind } != false
            && (!errorsOnly || record.isError)
            && from.map { $0 <= record.at } != false
            && until.map { record.at < $0 } != false
    }
}
