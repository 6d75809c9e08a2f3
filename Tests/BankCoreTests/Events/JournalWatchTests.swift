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

    @Test func `a service that is about to end keeps nobody waiting`() async {
        let draining = Flag()
        let watch = JournalWatch(InMemoryLedger()) { draining.isSet }
        let start = ContinuousClock.now
        async let news = watch.news(
            after: watch.generation(), for: .numbered(1), until: .now + .seconds(20))
        try? await Task.sleep(for: .milliseconds(50))
        draining.set()
        #expect(await news == false)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `one customer can't take all the places`() async {
        let watch = JournalWatch(InMemoryLedger()) { false }
        let generation = watch.generation()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    _ = await watch.news(
                        after: generation, for: .numbered(1), until: .now + .seconds(2))
                }
            }
            try? await Task.sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            let sixth = await watch.news(
                after: generation, for: .numbered(1), until: .now + .seconds(2))
            #expect(!sixth && ContinuousClock.now - start < .seconds(1))
        }
    }
}
