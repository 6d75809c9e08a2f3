package import Ledger
import ServiceLifecycle
import Synchronization

/// Answers whoever waits for positions together.
///
/// While one question is with the storage, and for a moment after it, those who come wait for the
/// next one, which asks for all of them. So a storm of newcomers asks a few large questions; who
/// comes alone is asked for at once. A question is put after everyone in it has asked: whoever
/// registered before asking misses nothing.
package final class PositionReads: Service {
    package typealias Answer =
        @Sendable (Result<[AccountPosition], RealtimeStoreError>) -> Void

    private let ofCustomers: SharedReads<CustomerID>
    private let ofAccounts: SharedReads<AccountID>

    /// - Parameters:
    ///   - accountsMax: as many as one customer's answer may have.
    ///   - askersMax: as many as may wait; who comes then is refused.
    package init(journal: any JournalReader, accountsMax: Int, askersMax: Int = 20_000) {
        ofCustomers = SharedReads(
            of: \.customerID, keysMax: Self.customersMax, askersMax: askersMax
        ) { customers throws(RealtimeStoreError) in
            let found = try await journal.positions(of: customers, limit: accountsMax)
            // Perhaps not all of them: then each is to be asked for by itself.
            return found.count < accountsMax || customers.count == 1 ? found : nil
        }
        ofAccounts = SharedReads(of: \.accountID, keysMax: accountsMax, askersMax: askersMax) {
            accounts throws(RealtimeStoreError) in try await journal.positions(accounts)
        }
    }

    private static let customersMax = 64

    /// The customer's accounts that are not closed.
    package func positions(of customer: CustomerID, answer: @escaping Answer) {
        ofCustomers.ask([customer], answer: answer)
    }

    /// Those of `accounts` that exist.
    package func positions(_ accounts: [AccountID], answer: @escaping Answer) {
        ofAccounts.ask(accounts, answer: answer)
    }

    package func run() async throws {
        async let customers: Void = ofCustomers.run()
        await ofAccounts.run()
        await customers
    }
}

/// One question at a time, for all who ask.
private final class SharedReads<Key: Hashable & Sendable>: Sendable {
    /// Nil: there is too much for one answer.
    typealias Read = @Sendable ([Key]) async throws(RealtimeStoreError) -> [AccountPosition]?
    typealias Answer = PositionReads.Answer

    private struct Asker: Sendable {
        let keys: [Key]
        let answer: Answer
    }

    private let askers = Mutex<[Asker]>([])
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let key: @Sendable (AccountPosition) -> Key?
    private let keysMax: Int
    private let askersMax: Int
    private let read: Read
    /// Between two questions: at most 50 a second.
    private static var pause: Duration { .milliseconds(20) }

    init(
        of key: @escaping @Sendable (AccountPosition) -> Key?, keysMax: Int, askersMax: Int,
        read: @escaping Read
    ) {
        self.key = key
        self.keysMax = keysMax
        self.askersMax = askersMax
        self.read = read
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ask(_ keys: [Key], answer: @escaping Answer) {
        let isKept = askers.withLock { askers in
            guard askers.count < askersMax else { return false }
            askers.append(Asker(keys: keys, answer: answer))
            return true
        }
        if isKept { waker.yield() } else { answer(.failure(.unavailable)) }
    }

    /// Until a graceful shutdown: who still waits then is not answered.
    func run() async {
        for await _ in wake.cancelOnGracefulShutdown() {
            while case let together = next(), !together.isEmpty {
                await answer(together)
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// As many as fit into one question, at least one; the oldest first.
    private func next() -> [Asker] {
        askers.withLock { askers in
            var keys = 0
            let fitting = askers.prefix { asker in
                keys += asker.keys.count
                return keys <= keysMax
            }
            let together = Array(askers.prefix(max(fitting.count, 1)))
            askers.removeFirst(together.count)
            return together
        }
    }

    private func answer(_ askers: [Asker]) async {
        do throws(RealtimeStoreError) {
            let keys = Set(askers.lazy.flatMap(\.keys))
            guard let positions = try await read(Array(keys)) else {
                for asker in askers { await answer([asker]) }
                return
            }
            let found = Dictionary(grouping: positions, by: key)
            for asker in askers { asker.answer(.success(asker.keys.flatMap { found[$0] ?? [] })) }
        } catch {
            for asker in askers { asker.answer(.failure(error)) }
        }
    }
}
