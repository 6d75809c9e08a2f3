import BankAPI

/// What came of a replay: counts, the balances that are not exact, the accounts that differ from
/// the file's own closing balance.
package struct ReplayResult: Sendable {
    /// An account whose balance is not what was expected.
    package struct Difference: Hashable, Sendable {
        package let account: String
        /// Minor units.
        package let expected: Int64
        package let found: Int64
    }

    package static let differencesShown = 50

    package let movements: Int
    package let accounts: Int
    package let posted: Int
    package let replayed: Int
    package let refused: Int
    package let refusals: [String]
    package let repeated: [String: Int]
    package let opened: Int
    package let overdrafts: Int
    package let seconds: Double
    package let tolerance: Int64
    /// Balances that are not the sum of their rows.
    package private(set) var inexact: [Difference] = []
    /// Sums that are not within the tolerance of the file's own balance. Nobody's fault here.
    package private(set) var differing: [Difference] = []

    package init(
        plan: ReplayPlan, work: ReplayWork, balances: [Balance], elapsed: Duration, opened: Int,
        overdrafts: Int, tolerance: Int64
    ) {
        movements = plan.movements.count
        accounts = plan.accounts.count
        (posted, replayed, refused) = (work.posted, work.replayed, work.refusedCount)
        (refusals, repeated) = (work.refusals, work.repeated)
        (self.opened, self.overdrafts, self.tolerance) = (opened, overdrafts, tolerance)
        seconds = Self.seconds(elapsed)
        for (account, balance) in zip(plan.accounts, balances) {
            if balance.posted != account.sum {
                inexact.append(
                    Difference(
                        account: account.name, expected: account.sum, found: balance.posted))
            }
            if let distance = account.distanceFromFile, distance > tolerance {
                let nearest = account.closing.min {
                    $0.distance(to: account.sum).magnitude < $1.distance(to: account.sum).magnitude
                }
                differing.append(
                    Difference(
                        account: account.name, expected: nearest ?? 0, found: account.sum))
            }
        }
    }

    /// Everything is posted, now or before, and every balance is the sum of its rows.
    package var isExact: Bool { inexact.isEmpty && refused == 0 && posted + replayed == movements }

    package var rate: Double { seconds > 0 ? Double(posted + replayed) / seconds : 0 }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    static func progress(_ work: ReplayWork, of all: Int, elapsed: Duration) -> String {
        let seconds = seconds(elapsed)
        let rate = seconds > 0 ? Double(work.done) / seconds : 0
        let rest = rate > 0 ? Double(all - work.done) / rate : 0
        return "\(Figures.grouped(work.done)) of \(Figures.grouped(all))"
            + " (\(Figures.decimal(100 * Double(work.done) / Double(max(1, all)), places: 0)) %)"
            + "   \(Figures.decimal(rate, places: 0))/s"
            + "   replayed \(Figures.grouped(work.replayed))"
            + "   refused \(Figures.grouped(work.refusedCount))"
            + "   repeated \(Figures.grouped(work.repeated.values.reduce(0, +)))"
            + "   \(Figures.decimal(rest, places: 0)) s left"
    }

    // MARK: Text

    package var text: String {
        var lines = [
            "movements   \(Figures.grouped(movements)): \(Figures.grouped(posted)) posted, "
                + "\(Figures.grouped(replayed)) posted by a former run, "
                + "\(Figures.grouped(refused)) refused",
            "rate        \(Figures.decimal(rate, places: 0))/s for "
                + "\(Figures.decimal(seconds, places: 1)) s",
        ]
        if !repeated.isEmpty {
            let reasons = repeated.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            lines.append("repeated    " + reasons.joined(separator: ", "))
        }
        lines += refusals.map { "refused     \($0)" }
        lines.append(
            "balances    \(Figures.grouped(accounts - inexact.count)) of "
                + "\(Figures.grouped(accounts)) are the exact sum of their rows")
        lines += inexact.prefix(Self.differencesShown).map {
            "not exact   account \($0.account): \($0.found), the rows make \($0.expected)"
        }
        lines.append(
            "the file    \(differing.count) accounts differ from its own balance by more than "
                + "\(tolerance)")
        lines += differing.prefix(Self.differencesShown).map {
            "differs     account \($0.account): the rows make \($0.found), the file says \($0.expected)"
        }
        if posted == 0, isExact { lines.append("nothing was moved") }
        return lines.joined(separator: "\n")
    }

    // MARK: JSON

    package var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("version", BankLoad.version)
            json.member("movements", movements)
            json.member("accounts", accounts)
            json.member("posted", posted)
            json.member("replayed", replayed)
            json.member("refused", refused)
            json.member("refusals") { $0.array(refusals) { $0.string($1) } }
            json.member("repeated") { json in
                json.object { json in
                    for (code, count) in repeated.sorted(by: { $0.key < $1.key }) {
                        json.key(escaping: code)
                        json.integer(count)
                    }
                }
            }
            json.member("accountsOpened", opened)
            json.member("overdraftsSet", overdrafts)
            json.member("seconds") { $0.raw(Figures.decimal(seconds)) }
            json.member("rate") { $0.raw(Figures.decimal(rate)) }
            json.member("exact", isExact)
            json.member("inexactBalances") { Self.write(inexact, to: &$0) }
            json.member("tolerance", tolerance)
            json.member("differingFromFile") { Self.write(differing, to: &$0) }
        }
        return json.text
    }

    private static func write(_ differences: [Difference], to json: inout JSONWriter) {
        json.array(differences) { json, difference in
            json.object {
                $0.member("account", difference.account)
                $0.member("expected", difference.expected)
                $0.member("found", difference.found)
            }
        }
    }
}
