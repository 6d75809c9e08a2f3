import BankAPI
import HTTPTypes
package import Hummingbird
import Ledger
package import ServiceKit

/// `/auth`: signup, login, refresh, logout, me, sessions.
package struct IdentityController: Sendable {
    private let signUp: SignUp
    private let logIn: LogIn
    private let sessions: Sessions
    private let directory: any CustomerDirectory
    private let cookie: RefreshCookie

    package init(
        signUp: SignUp, logIn: LogIn, sessions: Sessions, directory: any CustomerDirectory,
        settings: ServiceSettings
    ) {
        self.signUp = signUp
        self.logIn = logIn
        self.sessions = sessions
        self.directory = directory
        self.cookie = RefreshCookie(
            allowedOrigins: settings.allowedOrigins, address: settings.bankURL)
    }

    /// `router` has the base path `/api/v1`.
    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("auth")
            .post("signup", use: signUp)
            .post("login", use: logIn)
            .post("refresh", use: refresh)
            .post("logout", use: logOut)
            .get("me", use: me)
            .get("sessions", use: list)
            .delete("sessions/{id}", use: end)
    }

    @Sendable private func signUp(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let form = try await request.fields { $0.signUpForm(now: context.receivedAt) }
        let (customer, account) = try await signUp.perform(
            form, requestID: context.requestID, receivedAt: context.receivedAt)
        return Response(
            status: .created,
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("customer") { $0.customer(customer) }
                    json.member("account") { $0.account(account) }
                }
            })
    }

    @Sendable private func logIn(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let (email, password) = try await request.fields { fields -> (String, Secret)? in
            let email = fields.requiredString("email", bytes: 1...1_024)
            let password = fields.requiredPassword("password", bytes: 1...1_024)
            guard let email, let password else { return nil }
            return (email, password)
        }
        let client = SessionClient(
            address: context.clientAddress, userAgent: request.headers[.userAgent])
        let tokens = try await logIn.perform(email: email, password: password, from: client)
        return response(tokens, to: request)
    }

    /// The token of the body, or else of the cookie.
    @Sendable private func refresh(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        var token: String?
        if let body = try await request.jsonIfAny() {
            var fields = JSONFields(body)
            token = fields.string("refreshToken", bytes: 1...512)
            let faults = fields.finish()
            if !faults.isEmpty { throw Problem.validation(faults) }
        }
        guard let token = token ?? cookie.token(of: request) else {
            throw Problem(.invalidToken)
        }
        do {
            return response(try await sessions.renew(token), to: request)
        } catch let problem as Problem where problem.code == .invalidToken {
            guard cookie.isUsed(by: request) else { throw problem }
            throw Problem(.invalidToken, headers: [.setCookie: cookie.clearing()])
        }
    }

    @Sendable private func logOut(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        try await request.expectEmptyBody()
        _ = try await sessions.end(
            identity.sessionID, of: identity.customerID, reason: .logout)
        var response = Response(status: .noContent)
        if cookie.isUsed(by: request) { response.headers[.setCookie] = cookie.clearing() }
        return response
    }

    @Sendable private func me(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        guard let customer = try await directory.customer(identity.customerID) else {
            throw Problem(.unauthenticated)
        }
        return Response(json: JSONWriter.bytes { $0.customer(customer) })
    }

    @Sendable private func list(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        let sessions = try await sessions.list(of: identity.customerID)
        return Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.key("data")
                    json.array(sessions) { json, session in
                        json.session(session, isCurrent: session.id == identity.sessionID)
                    }
                    json.member("hasMore", false)
                    json.member("nextCursor", String?.none)
                }
            })
    }

    @Sendable private func end(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        let id = try context.identifier("id", SessionID.self)
        guard try await sessions.end(id, of: identity.customerID, reason: .ended) else {
            throw Problem(.notFound)
        }
        return Response(status: .noContent)
    }

    private func response(_ tokens: Tokens, to request: Request) -> Response {
        let usesCookie = cookie.isUsed(by: request)
        var response = Response(
            json: JSONWriter.bytes { $0.tokens(tokens, withRefresh: !usesCookie) })
        if usesCookie {
            response.headers[.setCookie] = cookie.setting(
                tokens.refresh, seconds: tokens.refreshSeconds)
        }
        return response
    }
}
