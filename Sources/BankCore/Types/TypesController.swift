import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/account-types` and `/api/v1/transaction-types`: read by everybody, made and changed
/// by administrators.
package struct TypesController: Sendable {
    private let store: any CatalogueStore

    package init(store: any CatalogueStore) { self.store = store }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/account-types")
            .get { try await accountTypes($0, $1) }
            .post { try await addAccountType($0, $1) }
            .patch("{code}") { try await changeAccountType($0, $1) }
        router.group("/api/v1/transaction-types")
            .get { try await transactionTypes($0, $1) }
            .post { try await addTransactionType($0, $1) }
            .patch("{code}") { try await changeTransactionType($0, $1) }
    }

    private func accountTypes(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        _ = try context.identity()
        let page = try CodePage(of: request)
        let types = try await store.catalogue().accountTypes.values
        return Response(page.cut(types, by: \.code.rawValue), of: request) {
            $0.accountType($1)
        }
    }

    private func transactionTypes(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        _ = try context.identity()
        let page = try CodePage(of: request)
        let types = try await store.catalogue().transactionTypes.values
        return Response(page.cut(types, by: \.code.rawValue), of: request) {
            $0.transactionType($1)
        }
    }

    private func addAccountType(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        try await change(request, context, .created) {
            .addAccountType($0)
        } read: {
            AccountType(&$0)
        }
    }

    private func changeAccountType(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let code = AccountTypeCode(rawValue: context.parameters.get("code") ?? "")
        return try await change(request, context, .ok) {
            .changeAccountType(code, $0)
        } read: {
            AccountTypeChange(&$0)
        }
    }

    private func addTransactionType(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        try await change(request, context, .created) {
            .addTransactionType($0)
        } read: {
            TransactionType(&$0)
        }
    }

    private func changeTransactionType(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let code = TransactionTypeCode(rawValue: context.parameters.get("code") ?? "")
        return try await change(request, context, .ok) {
            .changeTransactionType(code, $0)
        } read: {
            TransactionTypeChange(&$0)
        }
    }

    private func change<Body>(
        _ request: Request, _ context: ServiceContext, _ status: HTTPResponse.Status,
        _ change: (Body) -> CatalogueChange, read: (inout JSONFields) -> Body?
    ) async throws -> Response {
        _ = try context.adminIdentity()
        try QueryParameters(request).finish()
        let body = try await request.fields(read)
        switch try await store.change(change(body)) {
        case .changed(let entry): return Response(status: status, entry: entry)
        case .rejected(let rejection): throw rejection
        }
    }
}

extension CatalogueRejection: ProblemConvertible {
    /// What an administrator is told when a type can't be as they want it.
    package var problem: Problem {
        switch self {
        case .codeTaken: Problem(.codeTaken)
        case .typeNotFound: Problem(.notFound)
        case .typeLimitReached: Problem(.typeLimitReached)
        case .limitsCross:
            Problem.validation("/maximumAmount", .outOfRange, "It is below the minimum.")
        case .accountTypesUnknown(let places):
            Problem.validation(
                places.map { place in
                    FieldFault(
                        pointer: "/rules/\(place)/accountType", code: .invalidValue,
                        detail: "There is no such account type.")
                })
        }
    }
}

extension Response {
    fileprivate init(status: HTTPResponse.Status, entry: CatalogueEntry) {
        self.init(
            status: status,
            json: JSONWriter.bytes { json in
                switch entry {
                case .accountType(let type): json.accountType(type)
                case .transactionType(let type): json.transactionType(type)
                }
            })
    }
}
