import BankAPI
import Synchronization

/// A staff member's session whose access token is always good: it is renewed before it expires,
/// and when somebody reports it as refused.
package final class StaffSession: Sendable {
    private struct State: Sendable {
        var access: String
        var refresh: String
        var expires: ContinuousClock.Instant
        var isRefused = false
    }

    /// Renewed this long before it expires, or halfway if its life is shorter.
    private static let renewBefore: Duration = .seconds(60)

    private let bank: BankClient
    private let email: String
    private let password: String
    private let state: Mutex<State>

    private init(bank: BankClient, email: String, password: String, state: sending State) {
        self.bank = bank
        self.email = email
        self.password = password
        self.state = Mutex(state)
    }

    package static func logIn(
        _ bank: BankClient, email: String, password: String
    ) async throws -> StaffSession {
        let state = try await logIn(bank, email, password)
        return StaffSession(bank: bank, email: email, password: password, state: state)
    }

    /// The access token to use now.
    package var token: String { state.withLock { $0.access } }

    /// The bank refused `token`: it is renewed soon.
    package func refused(_ token: String) {
        state.withLock { if $0.access == token { $0.isRefused = true } }
    }

    /// Keeps the token good until cancelled.
    package func keepAlive() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let isDue = state.withLock { $0.isRefused || ContinuousClock.now >= $0.expires }
            if isDue { try await renew() }
        }
    }

    private func renew() async throws {
        let refresh = state.withLock { $0.refresh }
        let body = JSONWriter.bytes { $0.object { $0.member("refreshToken", refresh) } }
        let reply = try await bank.call("POST", "/auth/refresh", body: body, isRepeatable: true)
        let renewed =
            if reply.status == 200, let state = Self.state(reply.json) {
                state
            } else {
                try await Self.logIn(bank, email, password)
            }
        state.withLock { $0 = renewed }
    }

    private static func logIn(
        _ bank: BankClient, _ email: String, _ password: String
    ) async throws -> State {
        let body = JSONWriter.bytes {
            $0.object {
                $0.member("email", email)
                $0.member("password", password)
            }
        }
        let reply = try await bank.call("POST", "/auth/login", body: body, isRepeatable: true)
        if reply.status == 202 { throw BankFault.secondFactor }
        guard reply.status == 200, let state = state(reply.json) else {
            throw BankFault.unexpected("log-in of \(email)", status: reply.status, code: reply.code)
        }
        return state
    }

    private static func state(_ json: JSONValue) -> State? {
        guard let access = json["accessToken"]?.string, let refresh = json["refreshToken"]?.string,
            let seconds = json["expiresIn"]?.integer, seconds > 0
        else { return nil }
        let life = Duration.seconds(seconds)
        return State(
            access: access, refresh: refresh,
            expires: .now + max(life - renewBefore, life / 2))
    }
}
