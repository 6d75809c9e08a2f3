import BankAPI
import NIOCore

/// What came of a run, for people and for programs.
struct TransfersResult: Sendable {
    let measurement: Measurement
    let books: Books
    var settled: SettleWork?
    /// Nil when the check was turned off.
    var check: MoneyCheck?

    private var requests: Int {
        books.posted + Books.sum(books.refused) + Books.sum(books.rejected)
            + Books.sum(books.unknown) - (settled?.settled ?? 0)
    }

    /// Neither posted nor refused by the rules, nor ever sent; in percent of all that was due.
    var errorsPercent: Double {
        let errors = Books.sum(books.rejected) + Books.sum(books.unknown) + measurement.unsent
        let all = requests + measurement.unsent
        return all == 0 ? 0 : 100 * Double(errors) / Double(all)
    }

    static func progress(_ measurement: Measurement, _ books: Books) -> String {
        let latencies = measurement.recent
        let seconds = Figures.decimal(Double(measurement.elapsed.nanoseconds) / 1e9, places: 0)
        let time = measurement.elapsed > .zero ? "\(seconds) s" : "warm-up"
        return "\(time)   \(Figures.grouped(measurement.recentPosted))/s"
            + "   p50 \(Figures.duration(microseconds: latencies.microseconds(atPercentile: 50)))"
            + "   p99 \(Figures.duration(microseconds: latencies.microseconds(atPercentile: 99)))"
            + "   posted \(Figures.grouped(books.posted))"
            + "   refused \(Figures.grouped(Books.sum(books.refused)))"
            + "   errors \(Figures.grouped(Books.sum(books.rejected)))"
            + "   unknown \(Figures.grouped(Books.sum(books.unknown)))"
    }

    // MARK: Text

    func text(_ options: TransfersCommand) -> String {
        var lines = [
            "\(options.hot ? "transfers into one account" : "transfers"), "
                + "\(options.connections) connections, "
                + (options.rate.map { "\(Figures.decimal($0)) arrivals a second" } ?? "closed"),
            "rate      \(Figures.decimal(measurement.rate, places: 0)) posted/s for "
                + "\(Figures.decimal(Double(measurement.elapsed.nanoseconds) / 1e9, places: 1)) s",
        ]
        let latencies = Latencies.percentiles.map { percentile in
            let value = measurement.latencies.microseconds(atPercentile: percentile.value)
            return "\(percentile.name) \(Figures.duration(microseconds: value))"
        }
        lines.append("latency   " + latencies.joined(separator: "   "))
        lines.append("posted    \(Figures.grouped(books.posted))")
        lines += Self.lines("refused", books.refused)
        lines += Self.lines("rejected", books.rejected)
        lines += Self.lines("unknown", books.unknown)
        if measurement.unsent > 0 {
            lines.append("unsent    \(Figures.grouped(measurement.unsent))")
        }
        return (lines + checkLines).joined(separator: "\n")
    }

    private static func lines(_ name: String, _ counts: [String: Int]) -> [String] {
        counts.sorted { $0.key < $1.key }.map { code, count in
            let padding = String(repeating: " ", count: max(1, 10 - name.count))
            return "\(name)\(padding)\(Figures.grouped(count)) \(code)"
        }
    }

    private var checkLines: [String] {
        guard let check, let settled else { return [] }
        let summary =
            "checked   \(Figures.grouped(check.accountsChecked)) accounts, "
            + "\(Figures.grouped(settled.settled)) unknown outcomes settled "
            + "(\(Figures.grouped(settled.hadHappened)) had happened), "
            + "\(Figures.grouped(settled.compared)) replies compared: "
            + (check.holds ? "the money is right" : "\(check.violationCount) violations")
        return [summary] + check.violations.map { "          \($0)" }
    }

    // MARK: JSON

    func json(_ options: TransfersCommand) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("version", BankLoad.version)
            json.member("model", options.rate == nil ? "closed" : "open")
            json.member("hot", options.hot)
            json.member("connections", options.connections)
            json.member("rate") { $0.raw(Figures.decimal(measurement.rate)) }
            json.member("seconds") {
                $0.raw(Figures.decimal(Double(measurement.elapsed.nanoseconds) / 1e9))
            }
            json.member("measuredPosted", measurement.posted)
            json.member("unsent", measurement.unsent)
            json.member("latencyMicroseconds") { measurement.latencies.write(to: &$0) }
            json.member("posted", books.posted)
            json.member("refused") { Self.write(books.refused, to: &$0) }
            json.member("rejected") { Self.write(books.rejected, to: &$0) }
            json.member("unknown") { Self.write(books.unknown, to: &$0) }
            json.member("errorsPercent") { $0.raw(Figures.decimal(errorsPercent)) }
            json.member("check") { writeCheck(to: &$0) }
        }
        return json.text
    }

    private static func write(_ counts: [String: Int], to json: inout JSONWriter) {
        json.object { json in
            for (code, count) in counts.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: code)
                json.integer(count)
            }
        }
    }

    private func writeCheck(to json: inout JSONWriter) {
        guard let check, let settled else { return json.null() }
        json.object { json in
            json.member("holds", check.holds)
            json.member("accounts", check.accountsChecked)
            json.member("undecided", check.accountsUndecided)
            json.member("sumOfChanges", check.sumOfChanges)
            json.member("settled", settled.settled)
            json.member("hadHappened", settled.hadHappened)
            json.member("unresolved", settled.unresolved.count)
            json.member("repliesCompared", settled.compared)
            json.member("violationCount", check.violationCount)
            json.member("violations") { $0.array(check.violations) { $0.string($1) } }
        }
    }
}
