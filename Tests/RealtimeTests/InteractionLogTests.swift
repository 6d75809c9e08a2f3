import BankAPI
import Ledger
import Logging
import Realtime
import ServiceKit
import ServiceLifecycle
import Synchronization
import Testing

/// What becomes of records when the storage is away.
@Suite(.timeLimit(.minutes(1))) struct InteractionLogTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let identifiers = IdentifierGenerator(clock: .system)

    private func record(_ kind: InteractionRecord.Kind) -> InteractionRecord {
        InteractionRecord(
            id: identifiers.next(), at: WallClock.system.now, kind: kind, requestID: "r",
            connectionID: ConnectionID(high: 1, low: 1))
    }

    private func running(
        _ log: InteractionLog, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await ServiceGroup(services: [log], logger: logger).run(while: body)
    }

    @Test func `a batch that could not be stored is tried again, and confirmed when it is`()
        async throws
    {
        let store = MemoryInteractions()
        store.fail(times: 2)
        let log = InteractionLog(store: store, identifiers: identifiers, logger: logger)
        let confirmed = Mutex<[Bool]>([])
        let event = record(.eventInteraction)
        #expect(log.store(event) { isStored in confirmed.withLock { $0.append(isStored) } })
        try await running(log) {
            try await eventually { confirmed.withLock { !$0.isEmpty } }
        }
        #expect(confirmed.withLock { $0 } == [true])
        #expect(store.all == [event])
    }

    @Test func `of too many records the oldest are given up, of too many events the newest`()
        async throws
    {
        let store = MemoryInteractions()
        let log = InteractionLog(store: store, identifiers: identifiers, logger: logger)
        let (others, events) = (
            (0..<50_050).map { _ in record(.subscribed) },
            (0..<10_050).map { _ in record(.eventError) }
        )
        for other in others { log.record(other) }
        let kept = events.filter { event in log.store(event) { _ in } }
        #expect(kept == Array(events.prefix(10_000)))
        try await running(log) {
            try await eventually { store.all.count == 60_000 }
        }
        #expect(store.all.filter { $0.kind == .eventError } == kept)
        #expect(store.all.filter { $0.kind == .subscribed } == Array(others.suffix(50_000)))
        #expect(store.batches == 100 + 157, "500 in a batch; the last 10,000 in small ones")
    }

    @Test func `what waits is stored before the service ends`() async throws {
        let store = MemoryInteractions()
        let log = InteractionLog(store: store, identifiers: identifiers, logger: logger)
        try await running(log) {
            for _ in 0..<1_000 { log.record(record(.subscribed)) }
        }
        #expect(store.all.count == 1_000)
    }
}

/// Over real sockets: a session that ends while its credential is looked up.
@Suite(.timeLimit(.minutes(1))) struct RecheckTests {
    @Test func `it is not let in`() async throws {
        try await Wire.run { wire in
            try await Client.open(wire) { client in
                try await client.say(
                    #"{"type":"auth","token":"\#(FakeCredentials.endsMeanwhile)"}"#)
                #expect(try await client.next()["code"] == .string("revoked_session"))
                #expect(try await client.closeCode() == 4401)
            }
            let followed = await wire.hub.map(\.accounts).joined()
            #expect(followed.isEmpty)
        }
    }
}
