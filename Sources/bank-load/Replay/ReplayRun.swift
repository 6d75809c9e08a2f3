import NIOCore

/// A replay from the log-in to the last balance.
struct ReplayRun {
    private static let readConnections = 32

    let options: ReplayCommand
    let endpoint: WireEndpoint
    let plan: ReplayPlan
    let password: String
    let bank: BankClient
    let console: Console

    func run() async throws -> ReplayResult {
        let movements = Figures.grouped(plan.movements.count)
        console.say("\(movements) movements on \(Figures.grouped(plan.accounts.count)) accounts")
        let staff = try await StaffSession.logIn(
            bank, email: options.staffEmail, password: password)
        return try await withThrowingTaskGroup(of: ReplayResult?.self) { group in
            // The token is renewed while the movements go; whoever ends first ends the other.
            group.addTask {
                try await staff.keepAlive()
                return nil
            }
            group.addTask { try await replay(staff) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func replay(_ staff: StaffSession) async throws -> ReplayResult {
        let (accounts, opened, overdrafts) = try await AccountOpening(
            bank: bank, staff: staff, name: options.replayName, currency: options.currency,
            progress: { [console] in console.status($0) }
        ).run(plan)
        console.say(
            "\(Figures.grouped(opened)) accounts opened, "
                + "\(Figures.grouped(accounts.count - opened)) found, overdraft set on \(overdrafts)"
        )
        return try await WireClient.with(endpoint) { client in
            let began = ContinuousClock.now
            let work = try await post(client, accounts, staff, began)
            let elapsed = ContinuousClock.now - began
            if let fault = work.fault { throw ReplayFault(reason: fault) }
            console.status("reading \(Figures.grouped(accounts.count)) balances")
            let balances = try await balances(client, accounts, staff)
            return ReplayResult(
                plan: plan, work: work, balances: balances, elapsed: elapsed, opened: opened,
                overdrafts: overdrafts, tolerance: options.tolerance)
        }
    }

    private func post(
        _ client: WireClient, _ accounts: [ReplayAccount], _ staff: StaffSession,
        _ began: ContinuousClock.Instant
    ) async throws -> ReplayWork {
        let console = console
        let all = plan.movements.count
        let work = ReplayWork(
            plan: plan, accounts: accounts,
            requests: MovementRequests(
                endpoint: endpoint, name: options.replayName, currency: options.currency),
            staff: staff,
            onTick: { work in
                let elapsed = ContinuousClock.now - began
                console.status(ReplayResult.progress(work, of: all, elapsed: elapsed))
            })
        let connections = min(options.concurrency, accounts.count)
        return try await client.run(
            work, settings: options.target.settings(connections: connections))
    }

    private func balances(
        _ client: WireClient, _ accounts: [ReplayAccount], _ staff: StaffSession
    ) async throws -> [Balance] {
        let token = staff.token
        let work = BalanceWork(accounts: accounts.map { ($0.id, token) }, endpoint: endpoint)
        let connections = min(Self.readConnections, accounts.count)
        return try await client.run(
            work, settings: options.target.settings(connections: connections)
        )
        .complete()
    }
}

/// Why a replay stopped; what was posted stays posted, and a second run goes on from there.
struct ReplayFault: Error, CustomStringConvertible {
    let reason: String
    var description: String { "the replay stopped: \(reason)" }
}
