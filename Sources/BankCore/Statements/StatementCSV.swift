import Ledger

/// A statement as CSV: a header, a record `opening`, one `entry` a movement, then `debits`,
/// `credits` and `closing`, with the block and hash that it ends at. Amounts are decimals of the
/// currency.
///
/// Source: RFC 4180. Texts that a spreadsheet would take for a formula get an apostrophe in
/// front (OWASP, CSV Injection).
enum StatementCSV {
    private static let columns = [
        "record", "seq", "time", "transactionId", "type", "amount", "balance", "currency",
        "reference", "externalReference", "description", "counterpartyNumber",
        "counterpartyName", "block", "hash",
    ]

    static func beginning(_ plan: StatementPlan) -> [UInt8] {
        bytes(columns)
            + record(
                [
                    "record": "opening", "time": plan.period.from.description,
                    "balance": plan.decimal(Int128(plan.openingBalance)),
                ], plan)
    }

    static func line(_ line: StatementLine, of plan: StatementPlan) -> [UInt8] {
        let (entry, details) = (line.entry, line.entry.details)
        return record(
            [
                "record": "entry", "seq": String(line.seq),
                "time": entry.committedAt.description, "transactionId": entry.id.description,
                "type": quoted(entry.type.rawValue), "amount": plan.decimal(Int128(line.amount)),
                "balance": plan.decimal(Int128(line.balanceAfter)),
                "reference": entry.reference,
                "externalReference": quoted(details.externalReference),
                "description": quoted(details.description),
                "counterpartyNumber": line.counterparty.number ?? "",
                "counterpartyName": quoted(line.counterparty.holderName),
            ], plan)
    }

    static func end(_ plan: StatementPlan, _ totals: StatementTotals) -> [UInt8] {
        let until = plan.period.until.description
        var closing = [
            "record": "closing", "seq": plan.last > 0 ? String(plan.last) : "", "time": until,
            "balance": plan.decimal(Int128(plan.closingBalance)),
        ]
        if let block = plan.block {
            closing["block"] = "\(block.writer)/\(block.height)"
            closing["hash"] = block.hash.description
        }
        return record(
            ["record": "debits", "time": until, "amount": plan.decimal(-totals.debits)], plan)
            + record(
                ["record": "credits", "time": until, "amount": plan.decimal(totals.credits)], plan)
            + record(closing, plan)
    }

    private static func record(_ fields: [String: String], _ plan: StatementPlan) -> [UInt8] {
        var fields = fields
        fields["currency"] = plan.account.currency.code
        return bytes(columns.map { fields[$0] ?? "" })
    }

    private static func bytes(_ fields: [String]) -> [UInt8] {
        Array((fields.joined(separator: ",") + "\r\n").utf8)
    }

    /// A text that somebody wrote: in quotes, and no formula.
    static func quoted(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "" }
        let isFormula = text.unicodeScalars.first { $0 != " " }.map(formulaStarts.contains)
        let safe = (isFormula == true ? "'" : "") + text
        return "\""
            + safe.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    /// `=`, `+`, `-`, `@`, also in full width, and what a spreadsheet strips before them.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
}

extension StatementPlan {
    /// Minor units as a decimal of the currency: -1234 cents are `-12.34`.
    func decimal(_ minorUnits: Int128) -> String {
        let exponent = account.currency.exponent
        let sign = minorUnits < 0 ? "-" : ""
        var digits = String(minorUnits.magnitude)
        guard exponent > 0 else { return sign + digits }
        digits = String(repeating: "0", count: max(0, exponent + 1 - digits.utf8.count)) + digits
        return sign + digits.dropLast(exponent) + "." + digits.suffix(exponent)
    }
}
