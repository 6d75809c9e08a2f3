import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `GET /api/v1/websocket/connections`: who is connected to this instance; for staff.
package struct ConnectionRoutes: Sendable {
    private let hub: Hub

    private static let shownMax = 1_000

    package init(hub: Hub) { self.hub = hub }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/connections") { request, context in
                _ = try context.staffIdentity()
                try QueryParameters(request).finish()
                return await list()
            }
        }
    }

    private func list() async -> Response {
        let all = await hub.map { hub in hub.connections.values.map(\.summary) }.joined()
        let shown = all.sorted { $0.id < $1.id }.prefix(Self.shownMax)
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("data") { json in
                        json.array(shown) { json, summary in summary.write(to: &json) }
                    }
                    json.member("hasMore", all.count > shown.count)
                    json.member("nextCursor", nil as String?)
                }
            })
    }
}

/// A connection as staff see it.
struct ConnectionSummary: Sendable {
    let id: ConnectionID
    let customerID: CustomerID?
    let sessionID: SessionID?
    let requestID: String
    let openedAt: Timestamp
    let accounts: Int
    /// Accounts whose missed entries are still being sent.
    let accountsBehind: Int
    /// What waits because the client doesn't read.
    let queueBytes: Int

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("connectionId", describing: id)
            json.member("customerId", describing: customerID)
            json.member("sessionId", describing: sessionID)
            json.member("requestId", requestID)
            json.member("openedAt", describing: openedAt)
            json.member("accounts", accounts)
            json.member("accountsBehind", accountsBehind)
            json.member("queueBytes", queueBytes)
        }
    }
}

extension Connection {
    var summary: ConnectionSummary {
        ConnectionSummary(
            id: id, customerID: customerID, sessionID: sessionID, requestID: requestID,
            openedAt: openedAt, accounts: subscriptions.count, accountsBehind: behind.count,
            queueBytes: queue.bytes)
    }
}
