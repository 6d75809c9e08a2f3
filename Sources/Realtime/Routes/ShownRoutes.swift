import BankAPI
package import Hummingbird
package import Ledger
package import ServiceKit

/// `GET /api/v1/websocket/shown`: how far each account had been shown to a customer at a time.
package struct ShownRoutes: Sendable {
    private let store: any InteractionStore
    private let clock: WallClock

    /// As many as one connection can follow.
    private static let accountsMax = 1_000

    package init(store: any InteractionStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/shown") { try await shown($0, $1) }
        }
    }

    private func shown(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        let customer = query.identifier("customerId") ?? identity.customerID
        let moment = query.timestamp("at") ?? clock.now
        try query.finish()
        guard identity.isStaff || customer == identity.customerID else { throw Problem(.notFound) }
        let records: [InteractionRecord]
        do throws(RealtimeStoreError) {
            records = try await store.shown(
                to: customer, before: moment, limit: Self.accountsMax)
        } catch {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("customerId", describing: customer)
                    json.member("at", describing: moment)
                    json.member("data") { json in
                        json.array(records) { json, record in json.shown(record) }
                    }
                }
            })
    }
}

extension JSONWriter {
    /// `{accountId, seq, shownAt, transactionId, requestId, connectionId, sessionId}`
    fileprivate mutating func shown(_ record: InteractionRecord) {
        object { json in
            json.member("accountId", describing: record.accountID)
            json.member("seq", record.seq)
            json.member("shownAt", describing: record.at)
            json.member("transactionId", describing: record.transactionID)
            json.member("requestId", record.requestID)
            json.member("connectionId", describing: record.connectionID)
            json.member("sessionId", describing: record.sessionID)
        }
    }
}
