import BankAPI
import HTTPTypes
package import Hummingbird
import Ledger
package import ServiceKit

/// `/auth`: signup, login, otp, refresh, logout, me, sessions, password, two-factor.
package struct IdentityController: Sendable {
    private let signUp: SignUp
    private let logIn: LogIn
    private let credentials: Credentials
    private let sessions: Sessions
    private let directory: any CustomerDirectory
    private let cookie: RefreshCookie
    private let deviceCookie: DeviceCookie

    package init(
        signUp: SignUp, logIn: LogIn, credentials: Credentials, sessions: Sessions,
        directory: any CustomerDirectory, settings: ServiceSettings
    ) {
        self.signUp = signUp
        self.logIn = logIn
        self.credentials = credentials
        self.sessions = sessions
        self.directory = directory
        self.cookie = RefreshCookie(
            allowedOrigins: settings.allowedOrigins, address: settings.bankURL)
        self.deviceCookie = DeviceCookie(isSecure: cookie.isSecure)
    }

    /// `router` has the base path `/api/v1`.
    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.group("auth")
            .post("signup") { try await signUp($0, $1) }
            .post("login") { try await logIn($0, $1) }
            .post("otp") { try await answer($0, $1) }
            .post("refresh") { try await refresh($0, $1) }
            .post("logout") { try await logOut($0, $1) }
            .get("me") { try await me($0, $1) }
            .get("sessions") { try await list($0, $1) }
            .delete("sessions/{id}") { try await end($0, $1) }
            .post("password") { try await changePassword($0, $1) }
            .put("two-factor") { try await setTwoFactor($0, $1) }
    }

    private func signUp(
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

    private func logIn(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let (email, password) = try await request.fields { fields -> (String, Secret)? in
            let email = fields.requiredString("email", bytes: 1...1_024)
            let password = fields.requiredPassword("password", bytes: 1...1_024)
            guard let email, let password else { return nil }
            return (email, password)
        }
        let result = try await logIn.perform(
            email: email, password: password, from: context.client(request),
            device: deviceCookie.text(of: request))
        return response(result, to: request)
    }

    private func answer(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let (id, code) = try await request.fields { fields -> (String, String)? in
            let id = fields.requiredString("challengeId", bytes: 1...100)
            let code = fields.requiredString("code", bytes: 1...TextLimit.code)
            guard let id, let code else { return nil }
            return (id, code)
        }
        let result = try await logIn.answer(
            ChallengeID(id), code: code, from: context.client(request))
        return response(result, to: request)
    }

    private func changePassword(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        let (current, new) = try await request.fields { fields -> (Secret, Secret)? in
            let current = fields.requiredPassword("currentPassword", bytes: 1...1_024)
            let new = fields.requiredPassword("newPassword", bytes: SignUp.passwordBytes)
            guard let current, let new else { return nil }
            return (current, new)
        }
        try await credentials.changePassword(
            from: current, to: new, by: identity, origin: context.origin(identity))
        return Response(status: .noContent)
    }

    private func setTwoFactor(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        let wanted = try await request.fields { TwoFactorRequest(&$0) }
        let reply = try await credentials.setTwoFactor(wanted, by: identity)
        return Response(
            json: JSONWriter.bytes { $0.twoFactor(reply) })
    }

    /// The token of the body, or else of the cookie.
    private func refresh(
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

    private func logOut(
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

    private func me(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        try QueryParameters(request).finish()
        guard let customer = try await directory.customer(identity.customerID) else {
            throw Problem(.unauthenticated)
        }
        return Response(json: JSONWriter.bytes { $0.customer(customer) })
    }

    private func list(
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

    private func end(
        _ request: Request, _ context: ServiceContext
    ) async throws -> Response {
        let identity = try context.identity()
        let id = try context.identifier("id", SessionID.self)
        guard try await sessions.end(id, of: identity.customerID, reason: .ended) else {
            throw Problem(.notFound)
        }
        return Response(status: .noContent)
    }

    private func response(_ result: LogInResult, to request: Request) -> Response {
        switch result {
        case .opened(let session):
            var response = response(session.tokens, to: request)
            response.headers.append(
                HTTPField(name: .setCookie, value: deviceCookie.setting(session.device)))
            return response
        case .challenged(let challenge):
            return Response(status: .accepted, json: JSONWriter.bytes { $0.challenge(challenge) })
        }
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

extension ServiceContext {
    fileprivate func client(_ request: Request) -> SessionClient {
        SessionClient(address: clientAddress, userAgent: request.headers[.userAgent])
    }
}
