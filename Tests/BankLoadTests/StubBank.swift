import BankAPI
import Synchronization
import bank_load

/// A bank of a few lines, right unless a fault is planted: it keeps balances and outcomes by key.
final class StubBank: Sendable {
    enum Fault: Sendable {
        case none
        /// Every n-th posting is done, but its reply is lost with the connection.
        case losesReply(every: Int)
        /// Every n-th posting is acknowledged but not done.
        case forgets(every: Int)
        /// Every n-th posting is done twice.
        case doubles(every: Int)
        /// A retry with the same key gets another body.
        case changesReplies
        /// Every n-th request is turned away.
        case turnsAway(every: Int, status: Int, code: String, retryAfter: Int)
    }

    private struct State {
        var balances: [String: Int64] = [:]
        var seqs: [String: Int64] = [:]
        var outcomes: [String: StubReply] = [:]
        var posted = 0
        var requests = 0
        var order: [String: [String]] = [:]
    }

    private let fault: Fault
    private let floor: Int64
    private let state = Mutex(State())

    /// Accounts may go down to `floor`.
    init(_ fault: Fault = .none, floor: Int64 = -1_000_000) {
        self.fault = fault
        self.floor = floor
    }

    /// The keys posted to an account, in order.
    func keys(of account: String) -> [String] { state.withLock { $0.order[account] ?? [] } }

    func answer(_ request: StubRequest) -> StubReply? {
        state.withLock { state in
            state.requests += 1
            if request.method == "GET" { return Self.balance(request, floor, state) }
            if case .turnsAway(let every, let status, let code, let retryAfter) = fault,
                state.requests.isMultiple(of: every)
            {
                return StubReply(
                    status: status, headers: [("Retry-After", String(retryAfter))],
                    body: #"{"code":"\#(code)"}"#)
            }
            return post(request, &state)
        }
    }

    private static func balance(_ request: StubRequest, _ floor: Int64, _ state: State) -> StubReply
    {
        let parts = request.path.split(separator: "/")
        let account = parts.count > 3 ? String(parts[3]) : ""
        let posted = state.balances[account] ?? 0
        return StubReply(
            body: #"{"posted":\#(posted),"held":0,"available":\#(posted - floor),"#
                + #""seq":\#(state.seqs[account] ?? 0)}"#)
    }

    private func post(_ request: StubRequest, _ state: inout State) -> StubReply? {
        guard let key = request.key,
            let order = try? JSONParser.parse(Array(request.body.utf8)),
            let amount = order["amount"]?.integer
        else { return StubReply(status: 400, body: #"{"code":"validation_failed"}"#) }
        if let known = state.outcomes[key] {
            var reply = known
            reply.headers = [("Idempotent-Replayed", "true")]
            if case .changesReplies = fault { reply.body = #"{"id":"other"}"# }
            return reply
        }
        let (from, to) = (order["from"]?.string, order["to"]?.string)
        if let from, (state.balances[from] ?? 0) - amount < floor {
            let reply = StubReply(status: 409, body: #"{"code":"insufficient_funds"}"#)
            state.outcomes[key] = reply
            return reply
        }
        state.posted += 1
        for _ in 0..<times(state.posted) {
            if let from { Self.move(-amount, from, &state) }
            if let to { Self.move(amount, to, &state) }
        }
        if let account = to ?? from { state.order[account, default: []].append(key) }
        let reply = StubReply(status: 201, body: #"{"id":"txn_\#(state.posted)"}"#)
        state.outcomes[key] = reply
        if case .losesReply(let every) = fault, state.posted.isMultiple(of: every) { return nil }
        return reply
    }

    private func times(_ posting: Int) -> Int {
        switch fault {
        case .forgets(let every): posting.isMultiple(of: every) ? 0 : 1
        case .doubles(let every): posting.isMultiple(of: every) ? 2 : 1
        default: 1
        }
    }

    private static func move(_ amount: Int64, _ account: String, _ state: inout State) {
        state.balances[account, default: 0] += amount
        state.seqs[account, default: 0] += 1
    }
}
