import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/customers…`
package struct CustomersController: Sendable {
    private let customers: Customers

    package init(customers: Customers) { self.customers = customers }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/customers")
            .get { try await list($0, $1) }
            .get("find") { try await find($0, $1) }
            .get("{id}") { try await get($0, $1) }
            .patch("{id}") { try await patch($0, $1) }
            .delete("{id}") { try await close($0, $1) }
            .put("{id}/role") { try await setRole($0, $1) }
    }

    private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try context.staffIdentity()
        var query = QueryParameters(request)
        let filter = CustomerFilter(&query)
        let page: PageRequest<CustomerID> = query.page(of: request)
        try query.finish()
        let found = try await customers.list(filter, page)
        return Response(found, of: request, id: \.id) { $0.customer($1) }
    }

    private func find(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try context.staffIdentity()
        var query = QueryParameters(request)
        let search = CustomerSearch(&query)
        try query.finish()
        guard let search else { throw Problem(.internalError) }
        return Response(customer: try await customers.find(search))
    }

    private func get(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let customer = try await customers.customer(context.identifier(), for: identity)
        return Response(customer: customer)
    }

    private func patch(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let change = try await request.fields {
            PersonChange(&$0, now: context.receivedAt)
        }
        let customer = try await customers.change(
            context.identifier(), to: .person(change), by: identity,
            origin: context.origin(identity))
        return Response(customer: customer)
    }

    private func close(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        try await customers.change(
            context.identifier(), to: .close, by: identity, origin: context.origin(identity))
        return Response(status: .noContent)
    }

    private func setRole(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.adminIdentity()
        try QueryParameters(request).finish()
        let role = try await request.fields { fields -> Role? in
            guard fields.requiredValue("role") != nil else { return nil }
            return fields.choice("role", Role.self)
        }
        let customer = try await customers.change(
            context.identifier(), to: .role(role), by: identity,
            origin: context.origin(identity))
        return Response(customer: customer)
    }
}

extension Response {
    fileprivate init(customer: Customer) {
        self.init(json: JSONWriter.bytes { $0.customer(customer) })
    }
}
