import Ledger
import Logging
import Metrics
import NIOCore
import NIOPosix
import Realtime
import ServiceKit
import ServiceLifecycle
import Synchronization
import Testing

/// The feed's supervisor with many connections that have no socket, everything in memory.
@Suite(.timeLimit(.minutes(1))) struct FeedSupervisorTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func running(
        _ crowd: Crowd, _ body: @escaping @Sendable (Crowd) async throws -> Void
    ) async throws {
        let supervisor = FeedSupervisor(
            feed: crowd.feed, tokens: crowd.tokens, journal: crowd.journal, hub: crowd.hub,
            clock: .system, uptime: .system, logger: logger)
        let group = ServiceGroup(
            services: [crowd.work, crowd.context.positions, supervisor], logger: logger)
        try await group.run { try await body(crowd) }
    }

    @Test func `after lost history a thousand are made whole, a few reads at a time`()
        async throws
    {
        let crowd = try Crowd(logger)
        try await running(crowd) { crowd in
            let accounts = await crowd.gather(1_000)
            try await eventually { crowd.subscribed == 1_000 }
            let before = crowd.journal.reads
            // The feed tells nothing of these.
            let bank = crowd.journal.open(.numbered(0))
            for account in accounts { crowd.journal.transfer(1, from: bank, to: account) }
            crowd.journal.setSlow(true)
            crowd.feed.cut(.historyLost)
            try await eventually { crowd.entries == 1_000 }
            // The queue's, and the supervisor's own.
            #expect(crowd.journal.readsAtOnceMax <= 16 + 1)
            // An entry each, and the positions of 500 accounts in one look.
            #expect(crowd.journal.reads - before == 1_000 + 2)
            #expect(crowd.feed.starts.last == MemoryFeed.present)
        }
    }

    @Test func `the place of now is pinned once, and kept until the feed gives a newer one`()
        async throws
    {
        let crowd = try Crowd(logger)
        crowd.feed.failAtOnce(true)
        try await running(crowd) { crowd in
            try await eventually { crowd.feed.starts.count >= 3 }
            crowd.feed.failAtOnce(false)
            try await eventually { crowd.feed.starts.count >= 4 && crowd.tokens.saved != nil }
            crowd.feed.cut(.interrupted)
            let count = crowd.feed.starts.count
            try await eventually { crowd.feed.starts.count > count }
            #expect(crowd.feed.starts.dropLast().allSatisfy { $0 == MemoryFeed.present })
            #expect(crowd.feed.starts.last != MemoryFeed.present)
            #expect(crowd.feed.pins == 1)
        }
    }

    @Test func `a feed that always breaks is opened more and more rarely`() async throws {
        let crowd = try Crowd(logger)
        crowd.feed.failAtOnce(true)
        try await running(crowd) { crowd in
            try await Task.sleep(for: .milliseconds(1_500))
            // Without growing pauses there were thousands.
            #expect((1...40).contains(crowd.feed.starts.count))
        }
    }

    @Test func `the place moves on and is kept while nothing happens`() async throws {
        let crowd = try Crowd(logger)
        try await running(crowd) { crowd in
            try await eventually { crowd.tokens.saved != nil }
            let first = crowd.tokens.saved
            try await eventually { crowd.tokens.saved != first }
        }
        #expect(crowd.tokens.saves < 10, "at most once a second, and at the end")
    }

    @Test func `a place that takes long to be kept holds up no event`() async throws {
        let crowd = try Crowd(logger)
        try await running(crowd) { crowd in
            let accounts = await crowd.gather(2)
            try await eventually { crowd.subscribed == 2 && crowd.tokens.saved != nil }
            let saves = crowd.tokens.saves
            crowd.tokens.setStuck(true)
            try await Task.sleep(for: .milliseconds(1_500))
            for count in 1...3 {
                let moved = crowd.journal.transfer(1, from: accounts[0], to: accounts[1])
                crowd.feed.push(.transaction(moved))
                try await eventually { crowd.entries == 2 * count }
            }
            #expect(crowd.tokens.saves == saves)
            crowd.tokens.setStuck(false)
        }
    }
}

/// Connections on a hub's loops, each the only one of its customer, all of whose accounts it
/// follows.
private final class Crowd: Sendable {
    let journal: MemoryJournal
    let feed = MemoryFeed()
    let tokens = MemoryFeedTokens()
    let work = WorkQueue()
    let hub: Hub
    let context: ConnectionContext
    private let heard = Mutex((subscribed: 0, entries: 0))
    private let kept = Mutex<[NIOLoopBound<Member>]>([])

    init(_ logger: Logger) throws {
        journal = MemoryJournal(currency: try #require(Currency("USD")))
        var limits = RealtimeLimits()
        limits.connectionsPerAddressMax = .max
        let identifiers = IdentifierGenerator(clock: .system)
        let interactions = InteractionLog(
            store: MemoryInteractions(), identifiers: identifiers, logger: logger)
        hub = Hub(group: MultiThreadedEventLoopGroup.singleton, interactions: interactions)
        context = ConnectionContext(
            limits: limits, clock: .system, uptime: .system, identifiers: identifiers,
            credentials: FakeCredentials(
                expiresAt: WallClock.system.now.advanced(bySeconds: 900)),
            journal: journal,
            interactions: interactions, work: work, logger: logger)
    }

    var subscribed: Int { heard.withLock { $0.subscribed } }
    var entries: Int { heard.withLock { $0.entries } }

    /// Connects so many, and opens an account for each.
    func gather(_ count: Int) async -> [AccountID] {
        let accounts = (1...count).map { journal.open(.numbered(UInt64($0))) }
        let loops = await hub.map { $0.loop }.count
        let turn = Atomic(0)
        await hub.forEach { hub in
            let first = turn.wrappingAdd(1, ordering: .relaxed).oldValue
            for number in stride(from: first, to: count, by: loops) {
                self.connect(number + 1, hub)
            }
        }
        return accounts
    }

    private func connect(_ number: Int, _ hub: LoopHub) {
        let member = Member { [weak self] in self?.note($0) }
        let connection = Connection(
            id: context.identifiers.next(), requestID: "r", address: ClientAddress(nil), hub: hub,
            context: context, transport: member)
        member.connection = connection
        kept.withLock { $0.append(NIOLoopBound(member, eventLoop: hub.loop)) }
        connection.opened(ticket: nil)
        connection.received(.text(ByteBuffer(string: #"{"type":"auth","token":"\#(number)"}"#)))
    }

    private func note(_ frame: ByteBuffer) {
        let text = String(buffer: frame)
        heard.withLock { heard in
            if text.contains(#""type":"subscribed""#) { heard.subscribed += 1 }
            if text.contains(#""type":"transaction""#) { heard.entries += 1 }
        }
    }
}

/// The place of a socket: takes everything at once, and subscribes when it is let in.
private final class Member: SocketTransport {
    var connection: Connection?
    private let note: (ByteBuffer) -> Void

    init(_ note: @escaping (ByteBuffer) -> Void) { self.note = note }

    let isWritable = true

    func write(_ frame: ByteBuffer) {
        note(frame)
        guard String(buffer: frame).contains(#""status":"success""#) else { return }
        let subscribe = #"{"type":"subscribe","accounts":"all","events":["transaction"]}"#
        connection?.received(.text(ByteBuffer(string: subscribe)))
    }

    func flush() {}
    func setReading(_ isReading: Bool) {}
    func disconnect(afterWrites: Bool) {}
}
