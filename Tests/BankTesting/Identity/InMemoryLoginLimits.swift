package import BankCore
package import Ledger
package import ServiceKit
import Synchronization

/// Failed log-ins without a database.
package final class InMemoryLoginLimits: LoginLimits {
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
        emailKey: String, address: ClientAddress, limits: LoginLimit
    ) async throws(StoreError) -> LoginAdmission {
        let id = ids.next(Identifier<RequestKind>.self).description
        let now = clock.now
        return counters.withLock { counters in
            for (name, limit) in [
                ("address \(address.limitKey)", limits.perAddress),
                ("email \(emailKey)", limits.perEmail),
            ] {
                let window = Int64(limit.windowSeconds)
                let recent = (counters[name] ?? [])
                    .filter { $0.at > now.advanced(bySeconds: -window) }
                guard recent.count < limit.count else {
                    let oldest = recent.map(\.at).min() ?? now
                    let wait = oldest.advanced(bySeconds: window).milliseconds - now.milliseconds
                    return .refused(retryAfterSeconds: max(1, Int((wait + 999) / 1_000)))
                }
                counters[name] = recent + [Attempt(id: id, at: now)]
            }
            return .admitted(LoginAttempt(id: id, emailKey: emailKey, address: address))
        }
    }

    package func succeed(_ attempt: LoginAttempt) async throws(StoreError) {
        counters.withLock { counters in
            counters["email \(attempt.emailKey)"] = nil
            counters["address \(attempt.address.limitKey)"]?.removeAll { $0.id == attempt.id }
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
