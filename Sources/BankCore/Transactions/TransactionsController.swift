import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/transactions…`
package struct TransactionsController: Sendable {
    private let transactions: Transactions

    package init(transactions: Transactions) { self.transactions = transactions }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/transactions")
            .post { try await post($0, $1) }
            .post("batch") { try await postBatch($0, $1) }
            .get { try await list($0, $1) }
            .get("{id}") { try await get($0, $1) }
            .post("{id}/reversal") { try await undo($0, $1, as: .reversal) }
            .post("{id}/cancellation") { try await undo($0, $1, as: .cancellation) }
    }

    private func post(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        let isDryRun = query.flag("dryRun") ?? false
        try query.finish()
        if isDryRun { return try await preview(request, context, identity) }
        let key = try IdempotencyKey.read(from: request)
        let body = try await request.json()
        let types = try await types(for: body)
        let order = try body.fields { fields in
            if case .failure(let fault) = key { fields.add([fault]) }
            return OrderRequest(&fields, types: types)
        }
        let recorded = try await transactions.post(
            order, key: try key.get(), by: identity, origin: context.origin(identity))
        return Response(recorded, for: identity.viewer)
    }

    /// The types that an order may name, among them the one that it does if it exists.
    private func types(for order: JSONValue) async throws -> Set<TransactionTypeCode> {
        let asked = [order["type"]?.string].compactMap { $0 }
        return try await transactions.types.orderTypes(asked: asked)
    }

    private func preview(
        _ request: Request, _ context: ServiceContext, _ identity: Identity
    ) async throws -> Response {
        let body = try await request.json()
        let types = try await types(for: body)
        let order = try body.fields { OrderRequest(&$0, types: types) }
        let entry = try await transactions.preview(
            order, by: identity, origin: context.origin(identity))
        return Response(
            json: JSONWriter.bytes { json in
                json.preview(of: entry, for: identity.viewer) { json, refusal in
                    Problem(refusal).write(to: &json, requestID: context.requestID)
                }
            })
    }

    private func postBatch(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let body = try await request.json(bytesMax: BodyLimit.batch)
        let types = try await transactions.types.orderTypes(asked: BatchRequest.types(of: body))
        let batch = try body.fields { BatchRequest(&$0, types: types) }
        let result = try await transactions.post(
            batch, by: identity, origin: context.origin(identity))
        let requestID = context.requestID
        guard result.isRefused else {
            return Response(
                json: JSONWriter.bytes { json in
                    json.object {
                        $0.members(of: result, requestID: requestID, for: identity.viewer)
                    }
                })
        }
        return Problem(.batchRefused).response(requestID: requestID) { json in
            json.members(of: result, requestID: requestID, for: identity.viewer)
        }
    }

    private func undo(
        _ request: Request, _ context: ServiceContext, as kind: UndoingKind
    ) async throws -> Response {
        let identity = try context.identity()
        let key = try IdempotencyKey.read(from: request)
        try QueryParameters(request).finish()
        try await request.expectEmptyBody()
        if case .failure(let fault) = key { throw Problem.validation([fault]) }
        let recorded = try await transactions.undo(
            context.identifier(), as: kind, key: try key.get(), by: identity,
            origin: context.origin(identity))
        return Response(recorded, for: identity.viewer)
    }

    private func get(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let entry = try await transactions.transaction(context.identifier(), for: identity)
        return Response(json: JSONWriter.bytes { $0.transaction(entry, for: identity.viewer) })
    }

    private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        var filter = TransactionFilter(&query)
        filter.accountID = query.identifier("accountId")
        filter.direction = query.choice("direction")
        filter.requestID = query.string("requestId", bytesMax: RequestID.bytesMax)
        filter.externalReference = query.string(
            "externalReference", bytesMax: TextLimit.externalReference)
        if filter.direction != nil, filter.accountID == nil {
            query.add("direction", .invalidValue, "This needs an accountId, from which it is seen.")
        }
        let page: PageRequest<TransactionID> = query.page(of: request)
        try query.finish()
        let found = try await transactions.list(filter, page, for: identity)
        return Response(found, of: request, for: identity.viewer)
    }
}
