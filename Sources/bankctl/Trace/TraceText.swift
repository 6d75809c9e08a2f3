import Ledger
import Realtime

/// A trace for people: each customer, their transactions, and the hops of each.
struct TraceText {
    private let trace: Trace

    init(_ trace: Trace) { self.trace = trace }

    var lines: [String] {
        let customers = Dictionary(grouping: trace.transactions, by: \.initiator.customerID)
        var lines = ["request \(trace.requestID)"]
        for (customer, transactions) in customers.sorted(by: { $0.key < $1.key }) {
            lines.append("customer \(customer)")
            for transaction in transactions { lines += describe(transaction) }
        }
        if trace.transactions.isEmpty {
            lines.append("no transaction; the interaction log knows of it")
        }
        return lines
    }

    private func describe(_ transaction: Transaction) -> [String] {
        let sides = [transaction.from, transaction.to].map { $0.number ?? "?" }
        let title =
            "  \(transaction.type.rawValue) \(transaction.id), \(transaction.status.rawValue), "
            + "\(transaction.amount.minorUnits) minor units of \(transaction.amount.currency), "
            + sides.joined(separator: " to ")
        return [title]
            + trace.hops.filter { $0.transactionID == transaction.id }.map(describe)
    }

    private func describe(_ hop: Trace.Hop) -> String {
        let since = String(hop.sinceReceived)
        let padding = String(repeating: " ", count: max(0, 8 - since.utf8.count))
        var line = "\(padding)\(since) ms  \(hop.name.rawValue)  \(hop.at)"
        if let connection = hop.connectionID { line += "  \(connection)" }
        if let account = hop.accountID { line += "  \(account)" }
        if let seq = hop.seq { line += " seq \(seq)" }
        return line
    }
}
