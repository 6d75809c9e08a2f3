/// What the columns of an export are called and how they are written.
///
/// The defaults are those of the Czech bank's file. A column named by an option must exist; a
/// default one may be missing where it is said to be optional.
package struct ColumnOptions: Hashable, Sendable {
    package var id = "id"
    package var account = "account"
    package var amount = "amountMinor"
    /// Optional: without it the sign of the amount tells the direction.
    package var direction: String?
    package var credit = "credit"
    package var debit = "debit"
    /// Optional: becomes the description.
    package var kind: String?
    /// Optional: `yyyy-mm-dd…`, becomes metadata; says which rows are of an account's last day.
    package var date: String?
    /// Optional: the file's own running balance.
    package var balance: String?
    /// Decimals of amounts and balances: 0 for minor units.
    package var decimals = 0

    package init() {}
}

/// Which field of a record is which column.
package struct ColumnPlaces: Hashable, Sendable {
    package let id: Int
    package let account: Int
    package let amount: Int
    package let direction: Int?
    package let kind: Int?
    package let date: Int?
    package let balance: Int?
    package let count: Int

    /// Throws ``MovementFault`` when the header lacks a column.
    package init(header: CSVRecord, options: ColumnOptions) throws(MovementFault) {
        func place(_ name: String) throws(MovementFault) -> Int {
            let places = header.fields.indices.filter { header.fields[$0] == name }
            guard let place = places.first, places.count == 1 else {
                let found = header.fields.prefix(20).joined(separator: ", ")
                throw MovementFault(
                    line: header.line,
                    reason:
                        "column \"\(name)\" stands \(places.count) times in the header (\(found))")
            }
            return place
        }
        func optional(_ name: String?, _ standard: String) throws(MovementFault) -> Int? {
            if let name { return try place(name) }
            return header.fields.contains(standard) ? try place(standard) : nil
        }
        id = try place(options.id)
        account = try place(options.account)
        amount = try place(options.amount)
        direction = try optional(options.direction, "direction")
        kind = try optional(options.kind, "kind")
        date = try optional(options.date, "date")
        balance = try optional(options.balance, "balanceMinor")
        count = header.fields.count
    }
}

/// A line that can't be replayed, or a file that can't.
package struct MovementFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let reason: String
    package var description: String { "line \(line): \(reason)" }

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }
}
