package import Ledger
package import ServiceKit
import Synchronization

/// Counts connections by customer and, until they have said who they are, by address.
package final class ConnectionCensus: Sendable {
    private let limits: RealtimeLimits
    private let counts = Mutex(Counts())

    private struct Counts {
        var all = 0
        var byAddress: [ClientAddress: Int] = [:]
        var byCustomer: [CustomerID: Int] = [:]
    }

    package init(limits: RealtimeLimits) { self.limits = limits }

    package var count: Int { counts.withLock { $0.all } }

    /// Nil: come in; then ``leave(address:customer:)`` must be called once.
    package func enter(address: ClientAddress) -> Closing? {
        counts.withLock { counts in
            if counts.all >= limits.connectionsMax { return Closing(.tryAgainLater, "full") }
            let former = counts.byAddress[address] ?? 0
            if former >= limits.connectionsPerAddressMax {
                return Closing(.tooMany, "too many connections")
            }
            counts.byAddress[address] = former + 1
            counts.all += 1
            return nil
        }
    }

    /// The connection belongs to the customer now, and no longer to its address's share.
    package func admit(_ customer: CustomerID, from address: ClientAddress) -> Bool {
        counts.withLock { counts in
            let former = counts.byCustomer[customer] ?? 0
            if former >= limits.connectionsPerCustomerMax { return false }
            counts.byCustomer[customer] = former + 1
            Self.decrement(&counts.byAddress, address)
            return true
        }
    }

    /// - Parameter customer: nil when the connection was never admitted.
    package func leave(address: ClientAddress, customer: CustomerID?) {
        counts.withLock { counts in
            counts.all -= 1
            if let customer {
                Self.decrement(&counts.byCustomer, customer)
            } else {
                Self.decrement(&counts.byAddress, address)
            }
        }
    }

    private static func decrement<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
