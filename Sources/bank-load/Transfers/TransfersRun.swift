import Ledger
import NIOCore

/// A run from the first balance to the last check.
struct TransfersRun {
    private static let checkConnections = 32

    let options: TransfersCommand
    let endpoint: WireEndpoint
    let payers: [Payer]
    let console: Console

    func run() async throws -> TransfersResult {
        try await WireClient.with(endpoint) { client in
            let before = options.check ? try await balances(client, "before") : []
            let requests = TransferRequests(
                payers: payers, endpoint: endpoint, run: Self.runName(),
                currency: options.currency)
            let work = try await load(client, requests)
            guard options.check else {
                return TransfersResult(measurement: work.measurement, books: work.books)
            }
            let settled = try await settle(client, work, requests)
            let after = try await balances(client, "after")
            return result(work, settled, before: before, after: after)
        }
    }

    /// Twelve random hexadecimal digits: the keys of two runs don't meet.
    private static func runName() -> String {
        let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
        return "load-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private func balances(_ client: WireClient, _ when: String) async throws -> [Balance] {
        console.status("reading \(Figures.grouped(payers.count)) balances \(when)")
        let work = BalanceWork(
            accounts: payers.map { ($0.account, $0.token) }, endpoint: endpoint)
        let connections = min(Self.checkConnections, payers.count)
        return try await client.run(
            work, settings: options.target.settings(connections: connections)
        )
        .complete()
    }

    private func load(
        _ client: WireClient, _ requests: TransferRequests
    ) async throws -> TransfersWork {
        let console = console
        let work = TransfersWork(
            plan: options.plan, requests: requests,
            picker: TransferPicker(
                accounts: payers.count, pattern: options.hot ? .hot : .uniform,
                amountMax: options.amountMax, seed: options.seed),
            accounts: payers.count,
            onTick: { measurement, books in
                console.status(TransfersResult.progress(measurement, books))
            })
        var done = try await client.run(
            work, settings: options.target.settings(connections: options.connections))
        done.end(at: .now())
        return done
    }

    private func settle(
        _ client: WireClient, _ work: TransfersWork, _ requests: TransferRequests
    ) async throws -> SettleWork {
        console.status("settling \(Figures.grouped(work.unsettled.count)) unknown outcomes")
        let settle = SettleWork(
            unknown: work.unsettled, samples: work.samples.samples, books: work.books,
            requests: requests)
        return try await client.run(
            settle, settings: options.target.settings(connections: Self.checkConnections))
    }

    private func result(
        _ work: TransfersWork, _ settled: SettleWork, before: [Balance], after: [Balance]
    ) -> TransfersResult {
        var check = MoneyCheck(
            before: before, after: after, books: settled.books,
            names: payers.map { $0.account.description }, unresolved: settled.unresolved)
        for violation in settled.violations { check.add("I5: \(violation)") }
        return TransfersResult(
            measurement: work.measurement, books: settled.books, settled: settled, check: check)
    }
}
