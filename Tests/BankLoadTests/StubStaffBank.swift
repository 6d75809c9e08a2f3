import BankAPI
import Ledger
import Synchronization

/// The part of a bank that opens accounts: log-in, sign-up, accounts, overdrafts.
final class StubStaffBank: Sendable {
    struct StubAccount: Sendable {
        let id: String
        let customer: String
        let description: String
        var overdraft: Int64 = 0
        var seq: Int64 = 0
    }

    private struct State {
        var emails: Set<String> = []
        var accounts: [StubAccount] = []
        var logIns = 0
        var refreshes = 0
        var requests = 0
    }

    private let accountsPerCustomer: Int
    private let tokenSeconds: Int
    private let state = Mutex(State())
    private let ids = IdentifierGenerator(
        clock: WallClock { Timestamp(milliseconds: 1_700_000_000_000) })

    init(accountsPerCustomer: Int = 2, tokenSeconds: Int = 900) {
        self.accountsPerCustomer = accountsPerCustomer
        self.tokenSeconds = tokenSeconds
    }

    var accounts: [StubAccount] { state.withLock { $0.accounts } }
    var emails: Set<String> { state.withLock { $0.emails } }
    var refreshes: Int { state.withLock { $0.refreshes } }

    /// As if a former run had signed this customer up and ended before opening an account.
    func take(_ email: String) { state.withLock { _ = $0.emails.insert(email) } }

    func setSeq(_ seq: Int64, of id: String) {
        state.withLock { state in
            for index in state.accounts.indices where state.accounts[index].id == id {
                state.accounts[index].seq = seq
            }
        }
    }

    /// As if the reply of a former run's opening had been lost: two accounts with one name.
    func duplicate(_ account: StubAccount) {
        let later = IdentifierGenerator(
            clock: WallClock { Timestamp(milliseconds: 1_700_000_001_000) })
        let twin = StubAccount(
            id: later.next(AccountID.self).description, customer: account.customer,
            description: account.description)
        state.withLock { $0.accounts.append(twin) }
    }

    func answer(_ request: StubRequest) -> StubReply? {
        state.withLock { state in
            state.requests += 1
            if state.requests == 3 {
                return StubReply(
                    status: 429, headers: [("Retry-After", "0")], body: #"{"code":"rate_limited"}"#)
            }
            let body = (try? JSONParser.parse(Array(request.body.utf8))) ?? .null
            let parts = request.path.split(separator: "?")[0].split(separator: "/").dropFirst(2)
            switch (request.method, Array(parts)) {
            case ("POST", ["auth", "login"]):
                state.logIns += 1
                return session("login\(state.logIns)")
            case ("POST", ["auth", "refresh"]):
                state.refreshes += 1
                return session("refresh\(state.refreshes)")
            case ("POST", ["auth", "signup"]): return signUp(body, &state)
            case ("GET", ["accounts"]): return page(request.path, state)
            case ("POST", ["accounts"]): return open(body, &state)
            case ("PUT", let path) where path.count == 3 && path[2] == "limits":
                return setLimit(String(path[1]), body, &state)
            default: return StubReply(status: 404, body: #"{"code":"not_found"}"#)
            }
        }
    }

    private func session(_ token: String) -> StubReply {
        StubReply(
            body: #"{"accessToken":"\#(token)","refreshToken":"r","expiresIn":\#(tokenSeconds)}"#)
    }

    private func signUp(_ body: JSONValue, _ state: inout State) -> StubReply {
        guard let email = body["email"]?.string, state.emails.insert(email).inserted else {
            return StubReply(status: 409, body: #"{"code":"email_taken"}"#)
        }
        return StubReply(status: 201, body: #"{"customer":{"id":"cus_\#(state.emails.count)"}}"#)
    }

    private func open(_ body: JSONValue, _ state: inout State) -> StubReply {
        let customer = body["customerId"]?.string ?? ""
        guard state.accounts.count(where: { $0.customer == customer }) < accountsPerCustomer else {
            return StubReply(status: 409, body: #"{"code":"account_limit_reached"}"#)
        }
        let account = StubAccount(
            id: ids.next(AccountID.self).description, customer: customer,
            description: body["description"]?.string ?? "")
        state.accounts.append(account)
        return StubReply(status: 201, body: Self.json(account))
    }

    private func setLimit(_ id: String, _ body: JSONValue, _ state: inout State) -> StubReply {
        guard let index = state.accounts.firstIndex(where: { $0.id == id }),
            let limit = body["overdraftLimit"]?.integer
        else { return StubReply(status: 404, body: #"{"code":"not_found"}"#) }
        state.accounts[index].overdraft = limit
        return StubReply(body: Self.json(state.accounts[index]))
    }

    /// Three accounts a page.
    private func page(_ path: String, _ state: State) -> StubReply {
        let start = path.split(separator: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
        let end = min(start + 3, state.accounts.count)
        let data = state.accounts[start..<end].map(Self.json).joined(separator: ",")
        let hasMore = end < state.accounts.count
        return StubReply(
            body: #"{"data":[\#(data)],"hasMore":\#(hasMore),"#
                + #""nextCursor":\#(hasMore ? "\"\(end)\"" : "null")}"#)
    }

    private static func json(_ account: StubAccount) -> String {
        #"{"id":"\#(account.id)","customerId":"\#(account.customer)","#
            + #""description":"\#(account.description)","overdraftLimit":\#(account.overdraft),"#
            + #""seq":\#(account.seq)}"#
    }
}
