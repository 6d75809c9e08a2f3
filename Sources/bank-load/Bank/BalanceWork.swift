import BankAPI
package import Ledger
package import NIOCore

/// A balance as `GET /accounts/{id}/balance` tells it, minor units.
package struct Balance: Hashable, Sendable {
    package let posted: Int64
    package let held: Int64
    package let available: Int64
    package let seq: Int64

    package init(posted: Int64, held: Int64, available: Int64, seq: Int64) {
        self.posted = posted
        self.held = held
        self.available = available
        self.seq = seq
    }

    /// Nil unless `json` has the four as integers.
    init?(json: [UInt8]) {
        guard let value = try? JSONParser.parse(json),
            let posted = value["posted"]?.integer, let held = value["held"]?.integer,
            let available = value["available"]?.integer, let seq = value["seq"]?.integer
        else { return nil }
        self.init(posted: posted, held: held, available: available, seq: seq)
    }
}

/// Reads many balances, retrying what is turned away or lost.
package struct BalanceWork: WireWork, Sendable {
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let account: AccountID
        package let reason: String
        package var description: String { "the balance of \(account) can't be read: \(reason)" }
    }

    package static let attemptsMax = 60
    private static var pause: TimeAmount { .milliseconds(500) }

    /// In the order of the accounts; nil while unread.
    package private(set) var balances: [Balance?]
    package private(set) var failure: Failure?

    private let accounts: [(id: AccountID, token: String)]
    private let endpoint: WireEndpoint
    private var attempts: [Int]
    private var due = DueQueue<Int>()
    private var running = 0

    package init(accounts: [(id: AccountID, token: String)], endpoint: WireEndpoint) {
        self.accounts = accounts
        self.endpoint = endpoint
        balances = Array(repeating: nil, count: accounts.count)
        attempts = Array(repeating: 0, count: accounts.count)
        for index in accounts.indices { due.push(index, due: .uptimeNanoseconds(0)) }
    }

    /// All balances, or the first reason why there is one missing.
    package func complete() throws(Failure) -> [Balance] {
        if let failure { throw failure }
        return try balances.enumerated().map { index, balance throws(Failure) in
            guard let balance else {
                throw Failure(account: accounts[index].id, reason: "no answer")
            }
            return balance
        }
    }

    package mutating func next(at now: NIODeadline, into request: inout ByteBuffer) -> WireStep {
        if failure != nil { return .done }
        if let index = due.pop(at: now) {
            let account = accounts[index]
            request.writeString(
                "GET /api/v1/accounts/\(account.id)/balance HTTP/1.1\r\n"
                    + "Host: \(endpoint.authority)\r\nAuthorization: Bearer \(account.token)\r\n\r\n"
            )
            running += 1
            return .send(ticket: index)
        }
        if let next = due.nextDue { return .wait(until: next) }
        return running > 0 ? .idle : .done
    }

    package mutating func finished(
        ticket: Int, outcome: WireOutcome, sent: NIODeadline, at now: NIODeadline
    ) {
        running -= 1
        var reason = "no reply"
        var pause = Self.pause
        if case .reply(let reply) = outcome {
            if reply.status == 200, let balance = Balance(json: reply.bodyBytes) {
                balances[ticket] = balance
                return
            }
            reason = ProblemCode.find(in: reply.body) ?? "status \(reply.status)"
            if let seconds = reply.retryAfterSeconds { pause = .seconds(Int64(min(seconds, 60))) }
        }
        attempts[ticket] += 1
        guard attempts[ticket] < Self.attemptsMax, Self.isWorthRetrying(outcome) else {
            failure = failure ?? Failure(account: accounts[ticket].id, reason: reason)
            return
        }
        due.push(ticket, due: now + pause)
    }

    private static func isWorthRetrying(_ outcome: WireOutcome) -> Bool {
        guard case .reply(let reply) = outcome else { return true }
        return reply.status == 429 || reply.status >= 500
    }
}
