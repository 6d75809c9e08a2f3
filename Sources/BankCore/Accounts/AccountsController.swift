import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/accounts…`
package struct AccountsController: Sendable {
    private let accounts: Accounts
    private let transactions: any TransactionReader
    private let histories: any AccountHistory

    package init(
        accounts: Accounts, transactions: any TransactionReader, histories: any AccountHistory
    ) {
        self.accounts = accounts
        self.transactions = transactions
        self.histories = histories
    }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("/api/v1/accounts")
            .post { try await open($0, $1) }
            .get { try await list($0, $1) }
            .get("lookup") { try await lookup($0, $1) }
            .get("{id}") { try await get($0, $1) }
            .patch("{id}") { try await describe($0, $1) }
            .delete("{id}") { try await close($0, $1) }
            .get("{id}/balance") { try await balance($0, $1) }
            .put("{id}/status") { try await setStatus($0, $1) }
            .put("{id}/limits") { try await setLimits($0, $1) }
            .get("{id}/transactions") { try await history($0, $1) }
    }

    private func open(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let body = try await request.json()
        let types = try await accounts.types.accountTypes(asked: body["type"]?.string)
        let wanted = try body.fields { OpenAccountRequest(&$0, types: types) }
        let account = try await accounts.open(
            wanted, by: identity, origin: context.origin(identity))
        return Response(
            status: .created, account: account,
            headers: [.location: "/api/v1/accounts/\(account.id)"])
    }

    private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        let types = try await accounts.types.accountTypes(asked: query.peek("type"))
        let filter = AccountFilter(&query, types: types)
        let page: PageRequest<AccountID> = query.page(of: request)
        try query.finish()
        let found = try await accounts.list(filter, page, for: identity)
        return Response(found, of: request, id: \.id) { $0.account($1) }
    }

    private func lookup(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try context.identity()
        var query = QueryParameters(request)
        let number = query.value("number", .invalidAccount, expected: "An account number") {
            AccountNumber($0)
        }
        if number == nil, query.faults.isEmpty {
            query.add("number", .required, "This parameter is required.")
        }
        try query.finish()
        guard let number else { throw Problem(.internalError) }
        let account = try await accounts.lookup(number)
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("number", describing: account.number)
                    json.member("holderName", account.holderName)
                    json.member("currency", account.currency.code)
                }
            })
    }

    private func get(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        return Response(
            account: try await accounts.account(context.identifier(), for: identity))
    }

    private func balance(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        let time = query.timestamp("at")
        if let time, time > context.receivedAt {
            query.add("at", .outOfRange, "A time that has passed is expected.")
        }
        try query.finish()
        let account = try await accounts.account(context.identifier(), for: identity)
        let reading =
            if let time {
                try await histories.balance(of: account, at: time)
            } else {
                BalanceReading(account, at: context.receivedAt)
            }
        return Response(json: JSONWriter.bytes { $0.balance(reading) })
    }
}

// MARK: Changes

extension AccountsController {
    private func describe(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        try await change(request, context, by: context.identity()) { fields in
            let text = fields.string("description", bytes: 0...TextLimit.description)
            return .description(text)
        }
    }

    private func setStatus(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        try await change(request, context, by: context.staffIdentity()) { fields in
            AccountStatusRequest(&fields)?.change
        }
    }

    private func setLimits(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        try await change(request, context, by: context.staffIdentity()) { fields in
            .limits(AccountLimits(&fields))
        }
    }

    private func change(
        _ request: Request, _ context: ServiceContext, by identity: Identity,
        _ read: (inout JSONFields) -> AccountChange?
    ) async throws -> Response {
        try QueryParameters(request).finish()
        let change = try await request.fields(read)
        let account = try await accounts.change(
            context.identifier(), to: change, origin: context.origin(identity))
        return Response(account: account)
    }

    private func close(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        _ = try await accounts.change(
            context.identifier(), to: .close, origin: context.origin(identity))
        return Response(status: .noContent)
    }

    private func history(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        var filter = TransactionFilter(&query)
        filter.direction = query.choice("direction")
        let page: PageRequest<TransactionID> = query.page(of: request)
        try query.finish()
        let account = try await accounts.account(context.identifier(), for: identity)
        filter.accountID = account.id
        filter.viewer = identity.isStaff ? nil : identity.customerID
        let found = try await transactions.transactions(filter, page)
        return Response(found, of: request, for: identity.viewer)
    }
}

extension Response {
    fileprivate init(
        status: HTTPResponse.Status = .ok, account: Account, headers: HTTPFields = [:]
    ) {
        self.init(
            status: status, json: JSONWriter.bytes { $0.account(account) }, headers: headers)
    }
}
