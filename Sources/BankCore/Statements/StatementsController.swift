import BankAPI
package import Hummingbird
package import Ledger
import NIOCore
package import ServiceKit

/// `POST /api/v1/accounts/{id}/statements`, `/api/v1/statements…`
package struct StatementsController: Sendable {
    /// A statement with more entries is sent while it is being made.
    private static let entriesInMemoryMax: Int64 = 1_000
    /// Jobs that one customer may have open.
    private static let openMax = 10

    private let accounts: Accounts
    private let maker: StatementMaker
    private let store: any StatementStore
    private let identifiers: IdentifierGenerator

    package init(
        accounts: Accounts, maker: StatementMaker, store: any StatementStore,
        identifiers: IdentifierGenerator
    ) {
        self.accounts = accounts
        self.maker = maker
        self.store = store
        self.identifiers = identifiers
    }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.post("/api/v1/accounts/{id}/statements") { try await make($0, $1) }
        router.get("/api/v1/statements/{id}") { try await get($0, $1) }
        router.get("/api/v1/statements/{id}/file") { try await file($0, $1) }
    }

    private func make(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let now = context.receivedAt
        let wanted = try await request.fields { StatementRequest(&$0, now: now) }
        let account = try await accounts.account(context.identifier(), for: identity)
        if wanted.period.isLong {
            return try await order(wanted, of: account, by: identity, context)
        }
        let plan = try await maker.plan(of: account, wanted.period)
        return try await response(plan, wanted.format)
    }

    private func order(
        _ wanted: StatementRequest, of account: Account, by identity: Identity,
        _ context: ServiceContext
    ) async throws -> Response {
        let statement = Statement(
            id: identifiers.next(), accountID: account.id, customerID: account.customerID,
            requestedBy: identity.customerID, requestID: context.requestID,
            period: wanted.period, format: wanted.format, createdAt: context.receivedAt)
        guard try await store.add(statement, openMax: Self.openMax) else {
            throw Problem(
                .rateLimited, "At most \(Self.openMax) statements are made at a time.",
                retryAfterSeconds: 30)
        }
        return Response(
            status: .accepted,
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.key("statement")
                    json.statement(statement)
                }
            }, headers: [.location: "/api/v1/statements/\(statement.id)"])
    }

    private func get(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let statement = try await statement(request, context)
        return Response(json: JSONWriter.bytes { $0.statement(statement) })
    }

    private func statement(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Statement {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        guard let statement = try await store.statement(context.identifier()),
            identity.isStaff || statement.customerID == identity.customerID
        else { throw Problem(.notFound) }
        return statement
    }

    private func file(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let statement = try await statement(request, context)
        guard statement.status == .ready, let bytes = statement.bytes else {
            throw statement.status == .failed
                ? Problem(.statementFailed)
                : Problem(.statementNotReady, retryAfterSeconds: 2)
        }
        let store = store
        return Response(
            status: .ok, headers: .file(statement.format, "\(statement.id)"),
            body: ResponseBody(contentLength: Int(clamping: bytes)) { writer in
                var number = 0
                while let chunk = try await store.chunk(number, of: statement.id) {
                    try await writer.write(ByteBuffer(bytes: chunk))
                    number += 1
                }
                try await writer.finish(nil)
            })
    }

    /// A short statement whole, so that faults have their status; a long one as it is made.
    private func response(
        _ plan: StatementPlan, _ format: StatementFormat
    ) async throws -> Response {
        let headers = HTTPFields.file(format, "\(plan.account.number)")
        let parts = maker.parts(plan, as: format)
        guard plan.count > Self.entriesInMemoryMax else {
            var (rest, text) = (parts, [UInt8]())
            while let part = try await rest.next() { text += part }
            let body = ResponseBody(byteBuffer: ByteBuffer(bytes: text))
            return Response(status: .ok, headers: headers, body: body)
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var rest = parts
                while let part = try await rest.next() {
                    try await writer.write(ByteBuffer(bytes: part))
                }
                try await writer.finish(nil)
            })
    }
}

extension HTTPFields {
    /// JSON is shown, CSV is kept.
    fileprivate static func file(_ format: StatementFormat, _ name: String) -> HTTPFields {
        var headers: HTTPFields = [.contentType: format.mediaType]
        if format == .csv {
            headers[.contentDisposition] = "attachment; filename=\"statement-\(name).csv\""
        }
        return headers
    }
}

extension StatementFault: ProblemConvertible {
    var problem: Problem { Problem(.internalError) }
}
