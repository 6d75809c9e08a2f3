import BankCore
import BankTesting
import Ledger
import Synchronization
import Testing

@Suite struct JournalWatchTests {
    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    private static let never = ContinuousClock.now + .seconds(3_600)

    private func waitUntil(_ count: Int, wait watch: JournalWatch) async throws {
        while watch.waitingCount != count { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a service that is about to end keeps nobody waiting`() async throws {
        let draining = Flag()
        let watch = JournalWatch(InMemoryLedger()) { draining.isSet }
        async let news = watch.news(
            after: watch.generation(), for: .numbered(1), until: Self.never)
        try await waitUntil(1, wait: watch)
        draining.set()
        #expect(await news == false)
        #expect(watch.waitingCount == 0)
    }

    @Test(.timeLimit(.minutes(2)))
    func `one customer can't take all the places`() async throws {
        let draining = Flag()
        let watch = JournalWatch(InMemoryLedger()) { draining.isSet }
        let generation = watch.generation()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    _ = await watch.news(after: generation, for: .numbered(1), until: Self.never)
                }
            }
            try await waitUntil(5, wait: watch)
            let sixth = await watch.news(
                after: generation, for: .numbered(1), until: Self.never)
            #expect(sixth == false)
            async let other = watch.news(
                after: generation, for: .numbered(2), until: Self.never)
            try await waitUntil(6, wait: watch)
            draining.set()
            _ = await other
            try await group.waitForAll()
        }
    }
}
