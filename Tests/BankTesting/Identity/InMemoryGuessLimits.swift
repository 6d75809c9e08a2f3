package import BankCore
package import Ledger
import ServiceKit
import Synchronization

/// Counters of wrong guesses without a database.
package final class InMemoryGuessLimits: GuessLimits {
    private struct Attempt {
        let id: String
        let at: Timestamp
    }

    private let counters = Mutex<[String: [Attempt]]>([:])
    private let clock: WallClock
    private let ids: IdentifierGenerator

    package init(clock: WallClock) {
        self.clock = clock
        self.ids = IdentifierGenerator(clock: clock)
    }

    package func begin(
        _ wanted: [GuessCounter]
    ) async throws(StoreError) -> GuessAdmission {
        let id = ids.next(Identifier<RequestKind>.self).description
        let now = clock.now
        return counters.withLock { counters in
            for (index, counter) in wanted.enumerated() {
                let window = Int64(counter.limit.windowSeconds)
                let recent = (counters[counter.name] ?? [])
                    .filter { $0.at > now.advanced(bySeconds: -window) }
                guard recent.count < counter.limit.count else {
                    for former in wanted.prefix(index) {
                        counters[former.name]?.removeAll { $0.id == id }
                    }
                    let oldest = recent.map(\.at).min() ?? now
                    let wait = oldest.advanced(bySeconds: window).milliseconds - now.milliseconds
                    return .refused(retryAfterSeconds: max(1, Int((wait + 999) / 1_000)))
                }
                counters[counter.name] = recent + [Attempt(id: id, at: now)]
            }
            return .admitted(GuessAttempt(id: id, counters: wanted))
        }
    }

    package func succeed(_ attempt: GuessAttempt) async throws(StoreError) {
        counters.withLock { counters in
            for counter in attempt.counters {
                if counter.isForgiving {
                    counters[counter.name] = nil
                } else {
                    counters[counter.name]?.removeAll { $0.id == attempt.id }
                }
            }
        }
    }
}

extension InMemoryLedger: CustomerDirectory {
    package func customer(_ id: CustomerID) async throws(StoreError) -> Customer? {
        snapshot.customers[id]
    }

    package func customer(emailKey: String) async throws(StoreError) -> Customer? {
        snapshot.customers.values.first { $0.emailKey == emailKey }
    }

    package func customers(
        _ filter: CustomerFilter, _ page: PageRequest<CustomerID>
    ) async throws(StoreError) -> Page<Customer> {
        let found = snapshot.customers.values.filter(filter.matches).sorted { $0.id < $1.id }
        return found.page(page) { after in { $0.id > after } }
    }
}
