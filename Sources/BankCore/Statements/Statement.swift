package import Ledger

/// A statement that is made by a job: what was asked for, and what became of it.
package struct Statement: Hashable, Sendable {
    package let id: StatementID
    package let accountID: AccountID
    /// Whose account it is; nil for the bank's own.
    package let customerID: CustomerID?
    /// Who asked for it, and is told when it is ready.
    package let requestedBy: CustomerID
    package let requestID: String
    package let period: StatementPeriod
    package let format: StatementFormat
    package let createdAt: Timestamp
    package var status: Status = .pending
    package var readyAt: Timestamp?
    /// The file's size.
    package var bytes: Int64?

    package enum Status: String, Hashable, Sendable, CaseIterable {
        case pending, ready, failed
    }

    package init(
        id: StatementID, accountID: AccountID, customerID: CustomerID?, requestedBy: CustomerID,
        requestID: String, period: StatementPeriod, format: StatementFormat,
        createdAt: Timestamp
    ) {
        self.id = id
        self.accountID = accountID
        self.customerID = customerID
        self.requestedBy = requestedBy
        self.requestID = requestID
        self.period = period
        self.format = format
        self.createdAt = createdAt
    }
}

/// `from` included, `until` not.
package struct StatementPeriod: Hashable, Sendable {
    package let from: Timestamp
    package let until: Timestamp

    /// From so many days on a statement is made by a job.
    package static let daysAtOnceMax: Int64 = 15
    package static let daysMax: Int64 = 3_660

    package init(from: Timestamp, until: Timestamp) {
        self.from = from
        self.until = until
    }

    package var isLong: Bool { until >= from.advanced(bySeconds: Self.daysAtOnceMax * 86_400) }
    package var isTooLong: Bool { until > from.advanced(bySeconds: Self.daysMax * 86_400) }
}

package enum StatementFormat: String, Hashable, Sendable, CaseIterable {
    case json, csv

    package var mediaType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }
}
