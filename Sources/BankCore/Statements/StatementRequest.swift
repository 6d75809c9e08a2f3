import BankAPI
import Ledger
import ServiceKit

/// The body of `POST /accounts/{id}/statements`: `{from, to, format?}`. Dates are UTC days, both
/// included; of date-times `from` is included, `to` is not.
struct StatementRequest: Sendable {
    let period: StatementPeriod
    let format: StatementFormat

    /// - Parameter now: nothing can begin later.
    init?(_ fields: inout JSONFields, now: Timestamp) {
        let from = fields.moment("from", dayAdvancedBy: 0)
        let until = fields.moment("to", dayAdvancedBy: 86_400)
        let format = fields.choice("format", StatementFormat.self) ?? .json
        guard let from, let until else { return nil }
        period = StatementPeriod(from: from, until: until)
        self.format = format
        if from > now { fields.add("from", .outOfRange, "A time that has passed is expected.") }
        if until <= from { fields.add("to", .outOfRange, "The end must come after the beginning.") }
        if period.isTooLong {
            fields.add("to", .outOfRange, "At most \(StatementPeriod.daysMax) days are allowed.")
        }
    }
}

extension JSONFields {
    /// A moment, or a UTC day moved by so many seconds.
    fileprivate mutating func moment(
        _ name: String, dayAdvancedBy seconds: Int64
    ) -> Timestamp? {
        guard let text = requiredString(name, bytes: 1...40) else { return nil }
        if let time = Timestamp(rfc3339: text) { return time }
        if let day = Timestamp(date: text) { return day.advanced(bySeconds: seconds) }
        add(name, .invalidDate, "A date or a date-time is expected.")
        return nil
    }
}

extension JSONWriter {
    /// `{id, accountId, from, to, format, status, bytes, createdAt, readyAt}`
    mutating func statement(_ statement: Statement) {
        object { json in
            json.member("id", describing: statement.id)
            json.member("accountId", describing: statement.accountID)
            json.member("from", describing: statement.period.from)
            json.member("to", describing: statement.period.until)
            json.member("format", statement.format.rawValue)
            json.member("status", statement.status.rawValue)
            json.member("bytes", statement.bytes)
            json.member("createdAt", describing: statement.createdAt)
            json.member("readyAt", describing: statement.readyAt)
        }
    }
}
