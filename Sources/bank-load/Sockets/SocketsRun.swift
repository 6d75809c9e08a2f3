import Foundation
import Ledger
import NIOCore
import NIOPosix

/// A run from the first socket to the last message.
struct SocketsRun {
    /// Sockets that are not open after this, and the time to open them all, are lost.
    private static let openingSecondsMax = 30.0
    /// What is still on its way when the transfers end has this long to come.
    private static let lastMessages: Duration = .seconds(2)

    let options: SocketsCommand
    let bank: WireEndpoint
    let wire: WireEndpoint
    let payers: [Payer]
    let console: Console

    func run() async throws -> SocketsResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let plan = SocketPlan(
            endpoint: wire, path: options.path,
            tokens: (0..<options.sockets).map { number in
                payers.isEmpty ? nil : payers[options.hot ? 0 : number % payers.count].token
            }, rate: options.openRate, skims: options.skim || payers.isEmpty)
        let swarm = try await loop.submit {
            let swarm = SocketSwarm(plan, loop: loop, clock: Self.now)
            swarm.start()
            return NIOLoopBound(swarm, eventLoop: loop)
        }.get()
        let result: Result<SocketsResult, any Error>
        do { result = .success(try await listen(to: swarm, loop)) } catch {
            result = .failure(error)
        }
        try await loop.submit { swarm.value.end() }.get()
        try await group.shutdownGracefully()
        return try result.get()
    }

    private func listen(
        to swarm: NIOLoopBound<SocketSwarm>, _ loop: any EventLoop
    ) async throws -> SocketsResult {
        let opened = try await settle(swarm, loop)
        console.say("\(Figures.grouped(opened)) sockets are open")
        let traffic = try await traffic()
        try await Task.sleep(for: Self.lastMessages)
        let (figures, open) = try await loop.submit {
            (swarm.value.figures, swarm.value.openCount)
        }.get()
        return SocketsResult(
            wanted: options.sockets, open: open, figures: figures, traffic: traffic?.measurement)
    }

    /// Waits until every socket is subscribed or lost.
    private func settle(
        _ swarm: NIOLoopBound<SocketSwarm>, _ loop: any EventLoop
    ) async throws -> Int {
        let limit = Double(options.sockets) / options.openRate + Self.openingSecondsMax
        let deadline = ContinuousClock.now + .seconds(limit)
        while true {
            let (open, isSettled) = try await loop.submit {
                (swarm.value.openCount, swarm.value.isSettled)
            }.get()
            console.status("\(Figures.grouped(open)) of \(options.sockets) sockets open")
            if isSettled || ContinuousClock.now > deadline { return open }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Transfers at the rate for so long; without a rate it only waits. Nil: there were none.
    private func traffic() async throws -> TransfersWork? {
        guard options.rate > 0 else {
            try await Task.sleep(for: .seconds(options.seconds))
            return nil
        }
        let console = console
        // All sides are looked at: of the accounts that the sockets follow.
        let payers = Array(payers.prefix(max(2, options.hot ? payers.count : options.sockets)))
        let work = TransfersWork(
            plan: TransfersWork.Plan(
                pace: .open(rate: options.rate), limit: .seconds(options.seconds),
                warmUp: .zero, connections: options.connections),
            requests: TransferRequests(
                payers: payers, endpoint: bank, run: "sockets-\(UInt64.random(in: 0...(.max)))",
                currency: options.currency),
            picker: TransferPicker(
                accounts: payers.count, pattern: options.hot ? .hot : .uniform, amountMax: 1,
                seed: 1),
            accounts: payers.count,
            onTick: { console.status(TransfersResult.progress($0, $1)) })
        var done = try await WireClient.with(bank) { client in
            try await client.run(
                work, settings: options.target.settings(connections: options.connections))
        }
        done.end(at: .now())
        return done
    }

    /// The machine's time of day.
    @Sendable private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}
