/// An account as the ledger's rules see it: a value, changed only by ``Book``.
package struct Account: Hashable, Sendable {
    package let id: AccountID
    package let number: AccountNumber
    /// Nil for the bank's own accounts, which stand for the outside world.
    package let customerID: CustomerID?
    package var holderName: String
    package let type: AccountTypeCode
    package let currency: Currency
    package var description: String?
    package var status: AccountStatus
    /// The sum of the postings, minor units.
    package var posted: Int64
    /// Reserved by open holds, minor units, never negative.
    package var held: Int64
    /// How far below zero the available balance may go, minor units, never negative.
    package var overdraftLimit: Int64
    /// The largest sum of debits in one UTC day, minor units. Nil: no limit.
    package var dailyDebitLimit: Int64?
    package var debits: DailyTotal
    /// How many journal entries the account has. The last one's number; gapless from 1.
    package var seq: Int64
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: AccountID, number: AccountNumber, customerID: CustomerID?, holderName: String,
        type: AccountTypeCode, currency: Currency, description: String? = nil,
        status: AccountStatus = .active, posted: Int64 = 0, held: Int64 = 0,
        overdraftLimit: Int64 = 0, dailyDebitLimit: Int64? = nil,
        debits: DailyTotal = DailyTotal(day: 0, minorUnits: 0), seq: Int64 = 0,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.number = number
        self.customerID = customerID
        self.holderName = holderName
        self.type = type
        self.currency = currency
        self.description = description
        self.status = status
        self.posted = posted
        self.held = held
        self.overdraftLimit = overdraftLimit
        self.dailyDebitLimit = dailyDebitLimit
        self.debits = debits
        self.seq = seq
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var isBanksOwn: Bool { customerID == nil }

    /// What may still be spent: posted − held + overdraft. The one place where it is counted.
    package var available: Int64 {
        Int64(clamping: Int128(posted) - Int128(held) + Int128(overdraftLimit))
    }
}

/// What was debited on one UTC day.
package struct DailyTotal: Hashable, Sendable {
    /// Days since 1970-01-01.
    package let day: Int64
    package let minorUnits: Int64

    package init(day: Int64, minorUnits: Int64) {
        self.day = day
        self.minorUnits = minorUnits
    }
}

/// `active` takes all, `dormant` no debits, `frozen` neither, `closed` nothing for ever.
package enum AccountStatus: String, Hashable, Sendable, CaseIterable {
    case active, frozen, dormant, closed
}

/// `personal`, `saving`, `loan`, `merchant`, a type made by an administrator, or the bank's
/// own `cash`.
package struct AccountTypeCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let personal = AccountTypeCode(rawValue: "personal")
    package static let saving = AccountTypeCode(rawValue: "saving")
    package static let loan = AccountTypeCode(rawValue: "loan")
    package static let merchant = AccountTypeCode(rawValue: "merchant")
    package static let cash = AccountTypeCode(rawValue: "cash")
}
