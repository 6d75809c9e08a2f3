import BankCore
import BankTesting
import Ledger
import Logging
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The posting engine` {
    private let owner = CustomerID.numbered(1)
    private let ledger = InMemoryLedger(
        accounts: (1...40).map { .sample($0, owner: .numbered(1), posted: 1_000) })

    /// Runs an engine over `store` while `body` runs, and drains it.
    private func withEngine<Value: Sendable>(
        _ store: any LedgerStore, limits: PostingLimits = PostingLimits(),
        _ body: @Sendable (PostingEngine) async throws -> Value
    ) async throws -> Value {
        let engine = PostingEngine(
            store: store, wallClock: WallClock { .sample }, limits: limits, logger: .silent)
        let group = ServiceGroup(services: [engine], logger: .silent)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let value = try await body(engine)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    private func transfer(
        _ number: Int, from: Int = 1, to: Int = 2, _ amount: Int64 = 1, key: String? = nil
    ) -> LedgerCommand {
        .post(.transfer(number, from: from, to: to, amount, by: owner, key: key))
    }

    /// All commands at once; the results in their order.
    private func perform(
        _ commands: [LedgerCommand], on engine: PostingEngine
    ) async -> [PostingResult] {
        await withTaskGroup(of: (Int, PostingResult).self) { group in
            for (index, command) in commands.enumerated() {
                group.addTask { (index, await Self.result(of: command, on: engine)) }
            }
            var results: [Int: PostingResult] = [:]
            for await (index, result) in group { results[index] = result }
            return commands.indices.compactMap { results[$0] }
        }
    }

    /// A function of its own: in an optimised build of Swift 6.3.1, a task's closure that returns
    /// a tuple out of `do throws(…)` loses the tuple's first half.
    private static func result(
        of command: LedgerCommand, on engine: PostingEngine
    ) async -> PostingResult {
        do {
            return .success(try await engine.perform(command))
        } catch {
            return .failure(error)
        }
    }

    @Test func `posts, and history sorts by id as by seq`() async throws {
        let results = try await withEngine(ledger) { engine in
            await perform(
                (0..<500).map { transfer($0, from: $0 % 3 + 1, to: $0 % 5 + 10) }, on: engine)
        }
        #expect(results.filter(\.isPosted).count == 500)
        let sorted = ledger.snapshot.transactions.values.sorted { $0.id < $1.id }
        for account in ledger.snapshot.accounts.keys {
            let seqs = sorted.flatMap(\.postings).filter { $0.accountID == account }.map(\.seq)
            #expect(seqs == seqs.indices.map { Int64($0 + 1) })
        }
    }

    @Test func `a hundred requests with one key move money once`() async throws {
        let results = try await withEngine(ledger) { engine in
            await perform((0..<100).map { transfer($0, 10, key: "k") }, on: engine)
        }
        #expect(results.filter(\.isPosted).count == 100)
        #expect(results.filter { !$0.isReplayed }.count == 1)
        #expect(Set(results.compactMap(\.entry?.id)).count == 1)
        #expect(ledger.snapshot.accounts[.numbered(1)]?.posted == 990)
    }

    @Test func `two hundred debits of a whole balance: one wins, the rest is refused`()
        async throws
    {
        let results = try await withEngine(ledger) { engine in
            await perform((0..<200).map { transfer($0, 1_000) }, on: engine)
        }
        #expect(results.filter(\.isPosted).count == 1)
        #expect(results.filter { $0.entry?.refusal == .insufficientFunds }.count == 199)
        #expect(ledger.snapshot.accounts[.numbered(1)]?.posted == 0)
    }

    @Test func `only the order that breaks a batch fails`() async throws {
        let store = FaultyStore(ledger) { _, commands in
            commands.contains { $0.requestNumber == 13 } ? .poisoned : nil
        }
        let results = try await withEngine(store) { engine in
            await perform((0..<64).map { transfer($0) }, on: engine)
        }
        #expect(results[13] == .failure(.faulty))
        #expect(results.filter(\.isPosted).count == 63)
        #expect(ledger.snapshot.accounts[.numbered(1)]?.posted == 937)
    }

    @Test func `an order that lost a race is posted when it runs again`() async throws {
        let store = FaultyStore(ledger) { call, _ in call == 1 ? .poisoned : nil }
        let results = try await withEngine(store) { engine in
            await perform([transfer(1)], on: engine)
        }
        #expect(results.filter(\.isPosted).count == 1)
    }

    @Test func `what the store could not do was not done`() async throws {
        let store = FaultyStore(ledger) { call, _ in call == 1 ? .unavailable : nil }
        let results = try await withEngine(store) { engine in
            let first = await perform([transfer(1, key: "k")], on: engine)
            return await first + perform([transfer(2, key: "k")], on: engine)
        }
        #expect(results[0] == .failure(.unavailable))
        #expect(results[1].isPosted && !results[1].isReplayed, "the key is still free")
    }

    @Test(arguments: [true, false])
    func `a retry tells what became of an unknown outcome`(happens: Bool) async throws {
        let store = FaultyStore(ledger) { call, _ in
            call == 1 ? .outcomeUnknown(happens: happens) : nil
        }
        let results = try await withEngine(store) { engine in
            let first = await perform([transfer(1, 7, key: "k")], on: engine)
            return await first + perform([transfer(2, 7, key: "k")], on: engine)
        }
        #expect(results[0] == .failure(.outcomeUnknown))
        #expect(results[1].isPosted && results[1].isReplayed == happens)
        #expect(ledger.snapshot.accounts[.numbered(1)]?.posted == 993, "moved exactly once")
    }

    @Test func `deadlines are kept when the store stands still`() async throws {
        let store = FaultyStore(ledger)
        var limits = PostingLimits()
        limits.commandDeadline = .milliseconds(50)
        limits.sameKeyWaitMax = .milliseconds(20)
        limits.deadlineCheckInterval = .milliseconds(5)
        store.hold()
        let results = try await withEngine(store, limits: limits) { engine in
            async let first = perform([transfer(1, key: "k")], on: engine)
            while store.batches.isEmpty { await Task.yield() }
            let others = await perform([transfer(2), transfer(3, key: "k")], on: engine)
            let inFlight = await first
            store.release()
            return inFlight + others
        }
        #expect(
            results == [
                .failure(.outcomeUnknown), .failure(.unavailable), .failure(.requestInProgress),
            ])
        #expect(ledger.snapshot.transactions.count == 1, "only what was in flight was done")
    }

    @Test func `a drain finishes what is queued and takes nothing new`() async throws {
        let store = FaultyStore(ledger)
        let engine = PostingEngine(
            store: store, wallClock: WallClock { .sample }, logger: .silent)
        let group = ServiceGroup(services: [engine], logger: .silent)
        store.hold()
        let results = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            async let running = perform((0..<50).map { transfer($0) }, on: engine)
            while store.batches.isEmpty { await Task.yield() }
            await group.triggerGracefulShutdown()
            store.release()
            let results = await running
            try await tasks.waitForAll()
            return results
        }
        #expect(results.allSatisfy { $0.isPosted || $0 == .failure(.unavailable) })
        #expect(results.contains { $0.isPosted })
        #expect(ledger.snapshot.transactions.count == results.filter(\.isPosted).count)
        #expect(await perform([transfer(50)], on: engine) == [.failure(.unavailable)])
    }

    @Test func `an engine that is cancelled leaves nobody waiting`() async throws {
        let store = FaultyStore(ledger)
        let engine = PostingEngine(
            store: store, wallClock: WallClock { .sample }, logger: .silent)
        store.hold()
        let results = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await engine.run() }
            async let running = perform((0..<20).map { transfer($0) }, on: engine)
            while store.batches.isEmpty { await Task.yield() }
            tasks.cancelAll()
            let results = await running
            store.release()
            return results
        }
        #expect(results.count == 20)
        #expect(Set(results.compactMap(\.error)).isSubset(of: [.unavailable, .outcomeUnknown]))
        #expect(results.allSatisfy { $0.error != nil })
    }

    @Test func `a caller that is cancelled still gets the outcome`() async throws {
        let store = FaultyStore(ledger)
        let isPosted = try await withEngine(store) { engine in
            store.hold()
            return await withTaskGroup(of: Bool.self) { tasks in
                tasks.addTask { (try? await engine.perform(transfer(1))) != nil }
                while store.batches.isEmpty { await Task.yield() }
                tasks.cancelAll()
                store.release()
                return await tasks.next() ?? false
            }
        }
        #expect(isPosted)
        #expect(ledger.snapshot.transactions.count == 1)
    }

    @Test func `batches in flight never share an account, and are counted in lanes`()
        async throws
    {
        let watcher = ConflictWatcher(ledger)
        let results = try await withEngine(watcher) { engine in
            await perform(
                (0..<2_000).map { transfer($0, from: $0 % 39 + 1, to: ($0 * 7) % 40 + 1) },
                on: engine)
        }
        #expect(results.count == 2_000)
        #expect(watcher.conflicts == 0)
        #expect(watcher.atOnceMax == 2)
        let total = ledger.snapshot.accounts.values.reduce(0) { $0 + $1.posted }
        #expect(total == 40_000, "money is conserved")
    }
}
