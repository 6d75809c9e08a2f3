import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/holds…`
package struct HoldsController: Sendable {
    private let holds: Holds

    package init(holds: Holds) { self.holds = holds }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/holds")
            .post { try await reserve($0, $1) }
            .get { try await list($0, $1) }
            .get("{id}") { try await get($0, $1) }
            .post("{id}/capture") { try await capture($0, $1) }
            .post("{id}/void") { try await void($0, $1) }
    }

    private func reserve(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let key = try IdempotencyKey.read(from: request)
        let wanted = try await request.fields { fields in
            if case .failure(let fault) = key { fields.add([fault]) }
            return HoldRequest(&fields)
        }
        let recorded = try await holds.reserve(
            wanted, key: try key.get(), by: identity, origin: context.origin(identity))
        let hold = Hold(recorded.entry)
        return Response(recorded, location: "/api/v1/holds/\(HoldID(of: recorded.entry.id))") {
            if let hold { $0.hold(hold, for: identity.viewer) }
        }
    }

    private func capture(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try await settle(request, context) { body in
            var fields = JSONFields(body ?? .object([]))
            let amount = fields.value("amount") == nil ? nil : fields.requiredAmount("amount")
            return (.capture(amount: amount), fields.finish())
        }
    }

    private func void(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try await settle(request, context) { body in
            var fields = JSONFields(body ?? .object([]))
            return (.void, fields.finish())
        }
    }

    private func settle(
        _ request: Request, _ context: ServiceContext,
        _ read: (JSONValue?) -> (SettlingRequest, [FieldFault])
    ) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let key = try IdempotencyKey.read(from: request)
        var (wanted, faults) = read(try await request.jsonIfAny())
        if case .failure(let fault) = key { faults.append(fault) }
        if !faults.isEmpty { throw Problem.validation(faults) }
        let recorded = try await holds.settle(
            context.identifier(), wanted, key: try key.get(), by: identity,
            origin: context.origin(identity))
        return Response(recorded, for: identity.viewer)
    }

    private func get(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let hold = try await holds.hold(context.identifier(), for: identity)
        return Response(json: JSONWriter.bytes { $0.hold(hold, for: identity.viewer) })
    }

    private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        var filter = HoldFilter()
        filter.accountID = query.identifier("accountId")
        filter.status = query.choice("status")
        let page: PageRequest<HoldID> = query.page(of: request)
        try query.finish()
        let found = try await holds.list(filter, page, for: identity)
        return Response(found, of: request, id: \.id) { $0.hold($1, for: identity.viewer) }
    }
}
