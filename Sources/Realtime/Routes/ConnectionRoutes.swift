import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `GET /api/v1/websocket/connections`: who is connected to this instance; for staff.
package struct ConnectionRoutes: Sendable {
    private let hub: Hub

    package init(hub: Hub) { self.hub = hub }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/connections") { request, context in
                _ = try context.staffIdentity()
                var query = QueryParameters(request)
                let customer = query.identifier("customerId", CustomerID.self)
                let page = query.page()
                let after = page.cursor.flatMap { ConnectionID($0) }
                if page.cursor != nil && after == nil {
                    query.add("cursor", .invalidCursor, "A cursor of this list is expected.")
                }
                try query.finish()
                return await list(of: customer, after: after, limit: page.limit)
            }
        }
    }

    /// Oldest first; a cursor is the last connection that was shown.
    private func list(
        of customer: CustomerID?, after: ConnectionID?, limit: Int
    ) async -> Response {
        let found = await hub.map { hub in
            hub.connections.values.compactMap { connection in
                let isAsked = customer == nil || connection.customerID == customer
                return isAsked && after.map { connection.id > $0 } != false ? connection.id : nil
            }
        }
        // Sorted here, not on the loops: those have sockets to serve.
        let all = found.joined().sorted()
        let ids = all.prefix(limit)
        let shown = await hub.map { hub in
            ids.compactMap { hub.connections[$0]?.summary }
        }.joined().sorted { $0.id < $1.id }
        let next = all.count > limit ? ids.last?.description : nil
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("data") { json in
                        json.array(shown) { json, summary in summary.write(to: &json) }
                    }
                    json.member("hasMore", next != nil)
                    json.member("nextCursor", next)
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
