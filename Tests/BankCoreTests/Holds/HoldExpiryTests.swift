import BankCore
import BankTesting
import Ledger
import ServiceKit
import Synchronization
import Testing

@Suite struct HoldExpiryTests {
    @Test func `what is due is released, and both sides are told; what is not due stays`()
        async throws
    {
        let bank = try await ExpiringBank(holds: 3, seconds: 60)
        _ = try await bank.reserve(1, seconds: 61)
        await bank.serving {
            #expect(await bank.expiry().releaseDue() == 0)
            bank.pass(seconds: 60)
            #expect(await bank.releaseAll() == 3)
            #expect(await bank.expiry().releaseDue() == 0)
        }
        let state = bank.ledger.snapshot
        #expect(state.holds.values.count { $0.status == .expired } == 3)
        #expect(state.accounts[.numbered(1)]?.held == 1)
        #expect(state.accounts[.numbered(1)]?.seq == 7)
        let releases = state.transactions.values.filter { $0.type == .release }
        #expect(Set(releases.map(\.requestID)).count == 3)
        let notices = state.notices.filter { $0.kind == .holdExpired }
        #expect(Set(notices.map(\.customerID)) == [.ada, .bob])
        #expect(notices.count == 6)
    }

    @Test func `more than are read at once are released`() async throws {
        let bank = try await ExpiringBank(holds: 250, seconds: 1)
        bank.pass(seconds: 1)
        await bank.serving { #expect(await bank.releaseAll() == 250) }
        #expect(bank.ledger.snapshot.accounts[.numbered(1)]?.held == 0)
    }

    @Test(arguments: [
        FaultyStore.Fault.unavailable, .outcomeUnknown(happens: true),
        .outcomeUnknown(happens: false),
    ])
    func `what can't be released now is released later, once`(
        fault: FaultyStore.Fault
    ) async throws {
        let bank = try await ExpiringBank(holds: 5, seconds: 1, failing: fault)
        bank.pass(seconds: 1)
        await bank.serving {
            _ = await bank.releaseAll()
        }
        let state = bank.ledger.snapshot
        #expect(state.accounts[.numbered(1)]?.held == 0)
        #expect(state.transactions.values.count { $0.type == .release } == 5)
    }

    @Test func `any number of processes release each hold once`() async throws {
        let bank = try await ExpiringBank(holds: 50, seconds: 1)
        bank.pass(seconds: 1)
        let released = Mutex(0)
        await bank.serving {
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { await bank.releaseAll() }
                }
                for await count in group { released.withLock { $0 += count } }
            }
        }
        #expect(released.withLock { $0 } == 50)
        #expect(bank.ledger.snapshot.transactions.values.count { $0.type == .release } == 50)
    }

    @Test func `a hold that was settled in the meantime is left alone`() async throws {
        let bank = try await ExpiringBank(holds: 1, seconds: 1)
        let hold = try #require(bank.ledger.snapshot.holds.values.first)
        _ = try await bank.ledger.commit([
            .post(
                Order(
                    settling: hold, as: .capture, id: .numbered(900),
                    initiator: Initiator(customerID: .bob, authority: .owner), requestID: "req",
                    idempotency: nil, receivedAt: .sample))
        ])
        bank.pass(seconds: 1)
        await bank.serving { #expect(await bank.expiry(reader: Stale([hold])).releaseDue() == 0) }
        #expect(bank.ledger.snapshot.holds[hold.id]?.status == .captured)
    }
}

/// A reader that has not seen what happened since.
private struct Stale: HoldReader {
    let holds: [Hold]
    init(_ holds: [Hold]) { self.holds = holds }

    func hold(_ id: HoldID) async throws(StoreError) -> Hold? { holds.first { $0.id == id } }

    func holds(
        _ filter: HoldFilter, _ page: PageRequest<HoldID>
    ) async throws(StoreError) -> Page<Hold> { Page(items: holds, hasMore: false) }

    func due(
        at time: Timestamp, after: Hold?, limit: Int
    ) async throws(StoreError) -> [Hold] { after == nil ? holds : [] }
}

/// Ada's account 1 with money on hold for Bob's account 3, and a clock that stands still.
private final class ExpiringBank: Sendable {
    let ledger: InMemoryLedger
    private let time: TestTime
    private let engine: PostingEngine
    private let numbers = Atomic(0)

    init(holds: Int, seconds: Int64, failing fault: FaultyStore.Fault? = nil) async throws {
        let time = TestTime()
        let clock = WallClock { time.now }
        self.time = time
        ledger = InMemoryLedger(
            accounts: [
                .sample(1, owner: .ada, posted: 100_000), .sample(3, owner: .bob),
                .cash(.usd),
            ], clock: clock)
        let store = FaultyStore(ledger) { number, _ in number == 1 ? fault : nil }
        var limits = PostingLimits()
        // Tests that hash passwords beside this one take the processors for seconds, and a release
        // whose answer comes too late is made, but not counted.
        limits.commandDeadline = .seconds(60)
        engine = PostingEngine(store: store, wallClock: clock, limits: limits, logger: .silent)
        for _ in 0..<holds { _ = try await reserve(1, seconds: seconds) }
    }

    func expiry(reader: (any HoldReader)? = nil) -> HoldExpiry {
        HoldExpiry(
            reader: reader ?? ledger, gate: engine, clock: WallClock { self.time.now },
            logger: .silent)
    }

    func reserve(_ minorUnits: Int64, seconds: Int64) async throws -> [LedgerOutcome] {
        let number = numbers.add(1, ordering: .relaxed).newValue
        var order = Order(
            id: .numbered(number), type: .hold, from: .id(.numbered(1)), to: .id(.numbered(3)),
            amount: Money(minorUnits: minorUnits, currency: .usd),
            initiator: Initiator(customerID: .ada, authority: .owner),
            requestID: "req", idempotency: nil, receivedAt: .sample)
        order.holdSeconds = seconds
        return try await ledger.commit([.post(order)])
    }

    /// Round after round, as the service does: a queue may be full for one of them.
    /// - Returns: how many holds were released, at most 50 rounds long.
    func releaseAll() async -> Int {
        var released = 0
        for _ in 0..<50 {
            released += await expiry().releaseDue()
            guard ledger.snapshot.holds.values.contains(where: isDue) else { break }
        }
        return released
    }

    private func isDue(_ hold: Hold) -> Bool {
        hold.status == .pending && hold.expiresAt <= time.now
    }

    func pass(seconds: Int64) { time.pass(seconds: seconds) }

    /// With the posting engine at work.
    func serving(_ body: () async -> Void) async {
        let engine = engine
        let running = Task { await engine.run() }
        await body()
        running.cancel()
        await running.value
    }
}

/// A wall clock that is set by hand.
private final class TestTime: Sendable {
    private let time = Mutex(Timestamp.sample)
    var now: Timestamp { time.withLock { $0 } }
    func pass(seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}
