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

extension AccountHistory {
    /// The account's balance as the journal had it at `time` (included).
    func balance(of account: Account, at time: Timestamp) async throws -> BalanceReading {
        let end = Timestamp(milliseconds: time.milliseconds.addingClamped(1))
        let seq = try await seq(of: account.id, before: end, last: account.seq)
        let posting = try await posting(of: account.id, at: seq)
        return BalanceReading(account, after: posting, at: time)
    }

    /// The account's side of its entry with this seq; nil for 0.
    func posting(of account: AccountID, at seq: Int64) async throws -> Posting? {
        guard seq > 0 else { return nil }
        return try await entries(of: account, seq...seq).first?.posting(of: account, at: seq)
    }
}

extension Transaction {
    /// The account's side with this seq.
    func posting(of account: AccountID, at seq: Int64) -> Posting? {
        postings.first { $0.accountID == account && $0.seq == seq }
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
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
