import BankAPI
import Ledger
import ServiceKit

/// An account's balance now or at a moment in the past.
struct BalanceReading: Hashable, Sendable {
    let account: Account
    let posted: Int64
    let held: Int64
    let available: Int64
    /// The account's last journal entry by then; 0 before the first.
    let seq: Int64
    let at: Timestamp

    /// The account's balance as it was read.
    init(_ account: Account, at time: Timestamp) {
        self.account = account
        posted = account.posted
        held = account.held
        available = account.available
        seq = account.seq
        at = time
    }

    /// The balance after the last entry up to that time; nothing before the first.
    init(_ account: Account, after posting: Posting?, at time: Timestamp) {
        self.account = account
        posted = posting?.balanceAfter ?? 0
        held = posting?.heldAfter ?? 0
        available = posting?.availableAfter ?? 0
        seq = posting?.seq ?? 0
        at = time
    }
}

extension TransactionReader {
    /// The account's balance as the journal had it at `time` (included).
    func balance(of account: Account, at time: Timestamp) async throws -> BalanceReading {
        var filter = TransactionFilter()
        filter.accountID = account.id
        filter.status = .posted
        filter.until = Timestamp(milliseconds: time.milliseconds + 1)
        let page = try await transactions(filter, PageRequest(limit: 1))
        let posting = page.items.first?.postings.last { $0.accountID == account.id }
        return BalanceReading(account, after: posting, at: time)
    }
}

extension JSONWriter {
    /// `{accountId, currency, exponent, posted, held, available, seq, at}`
    mutating func balance(_ reading: BalanceReading) {
        object { json in
            json.member("accountId", describing: reading.account.id)
            json.member("currency", reading.account.currency.code)
            json.member("exponent", reading.account.currency.exponent)
            json.balanceMember("posted", reading.posted, of: reading.account)
            json.balanceMember("held", reading.held, of: reading.account)
            json.balanceMember("available", reading.available, of: reading.account)
            json.member("seq", reading.seq)
            json.member("at", describing: reading.at)
        }
    }
}
