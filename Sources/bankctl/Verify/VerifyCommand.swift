import ArgumentParser
import BankAPI
import BankStorage
import Foundation
import Ledger
import ServiceKit
import Synchronization

/// Recomputes the books and says whether they are right.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes every balance, the zero sum, the gapless seqs and the hash chains.",
        discussion: """
            Reads one snapshot and takes no lock: the bank may go on. Ends with 1 and the first \
            bad place if there is one. A tail that is cut together with its balances shows only \
            against heads that were kept elsewhere: --head.
            """)

    @Option(
        help: ArgumentHelp(
            "Heads kept elsewhere: a saved reply of GET /ledger/blocks, or what --json printed.",
            valueName: "file"))
    var head: String?

    @Flag(help: "The verdict as JSON, with the chains' heads.")
    var json = false

    func run() async throws {
        let knownHeads = try knownHeads()
        let startedAt = ContinuousClock.now
        let pace = Mutex(Pace(startedAt: startedAt))
        Console.begin("Verifying")
        let verdict = try await withBank { database, _ in
            try await MongoVerification(database).verify(knownHeads: knownHeads) { count in
                pace.withLock { $0.show(count) }
            }
        }
        report(verdict, in: ContinuousClock.now - startedAt)
        guard verdict.isClean else { throw ArgumentParser.ExitCode(1) }
    }

    private func knownHeads() throws -> [ChainHead] {
        guard let head else { return [] }
        do {
            return try HeadFile.read(head)
        } catch {
            throw stop(.usage, error.description)
        }
    }

    private func report(_ verdict: LedgerReport, in time: Duration) {
        if json {
            Console.json { $0.members(of: verdict) }
            return
        }
        Console.data(
            "\(verdict.transactions) transactions, \(verdict.blocks) blocks, "
                + "\(verdict.accounts) accounts in \(time.seconds) s")
        for (index, finding) in verdict.findings.enumerated() {
            Console.data((index == 0 ? "The first bad place: " : "") + finding.description)
        }
        let others = verdict.findingCount - verdict.findings.count
        if others > 0 { Console.data("and \(others) more") }
        Console.data(verdict.isClean ? "The books are right." : "The books are wrong.")
    }
}

extension JSONWriter {
    fileprivate mutating func members(of verdict: LedgerReport) {
        member("clean", verdict.isClean)
        member("transactions", verdict.transactions)
        member("blocks", verdict.blocks)
        member("accounts", verdict.accounts)
        member("findingCount", verdict.findingCount)
        key("findings")
        array(verdict.findings) { json, finding in json.string(finding.description) }
        key("heads")
        array(verdict.heads) { json, head in
            json.object { json in
                json.member("writer", describing: head.writer)
                json.member("height", head.height)
                json.member("hash", describing: head.hash)
            }
        }
    }
}

/// Tells how fast it goes, once a second.
private struct Pace {
    let startedAt: ContinuousClock.Instant
    private var shownAt: ContinuousClock.Instant

    init(startedAt: ContinuousClock.Instant) {
        self.startedAt = startedAt
        self.shownAt = startedAt
    }

    mutating func show(_ count: Int) {
        let now = ContinuousClock.now
        guard now - shownAt >= .seconds(1) else { return }
        shownAt = now
        let rate = Double(count) / ((now - startedAt) / .seconds(1))
        Console.progress("\(count) transactions, \(Int(rate)) a second")
    }
}

extension Duration {
    /// With one decimal.
    var seconds: String {
        (self / .seconds(1)).formatted(.number.precision(.fractionLength(1)))
    }
}
