import BankAPI
package import Ledger
package import ServiceKit

/// What the server says about the session itself; pushes are in ``PushEvent``.
package enum ServerMessage: Hashable, Sendable {
    case hello(ConnectionID, heartbeatSeconds: Int64, authDeadlineSeconds: Int64)
    case authenticated(CustomerID, expiresAt: Timestamp)
    case authenticationFailed(AuthenticationFailure)
    case tokenExpiring(Timestamp)
    case sessionRevoked(SessionID, RevocationReason, at: Timestamp)
    case subscribed(id: String?, [SubscribedAccount])
    case unsubscribed(id: String?)
    case pong(at: Timestamp)
    case logged(id: String)
    case error(MessageFault)
    case reconnect(afterMilliseconds: Int64)
}

/// Where an account stood when it was subscribed.
package struct SubscribedAccount: Hashable, Sendable {
    package let position: AccountPosition
    /// False: what the client missed is too much, or not to be told; read it by HTTP.
    package let isRecovered: Bool

    package init(position: AccountPosition, isRecovered: Bool) {
        self.position = position
        self.isRecovered = isRecovered
    }
}

extension ServerMessage {
    package var json: [UInt8] {
        JSONWriter.bytes { json in json.object { write(into: &$0) } }
    }

    private func write(into json: inout JSONWriter) {
        switch self {
        case .hello(let id, let heartbeat, let deadline):
            json.member("type", "hello")
            json.member("protocol", 1)
            json.member("connectionId", describing: id)
            json.member("heartbeatSeconds", heartbeat)
            json.member("authDeadlineSeconds", deadline)
        case .authenticated(let customerID, let expiresAt):
            json.member("type", "auth")
            json.member("status", "success")
            json.member("customerId", describing: customerID)
            json.member("expiresAt", describing: expiresAt)
        case .authenticationFailed(let failure):
            json.member("type", "auth")
            json.member("status", "error")
            json.member("code", failure.rawValue)
        case .tokenExpiring(let expiresAt):
            json.member("type", "token.expiring")
            json.member("expiresAt", describing: expiresAt)
        case .sessionRevoked(let id, let reason, let at):
            json.member("type", "notification")
            json.member("kind", "session.revoked")
            json.member("data") { json in
                json.object { json in
                    json.member("sessionId", describing: id)
                    json.member("reason", reason.rawValue)
                    json.member("at", describing: at)
                }
            }
        case .subscribed(let id, let accounts):
            json.member("type", "subscribed")
            json.member("id", id)
            json.member("accounts") { json in
                json.array(accounts) { json, account in json.subscribed(account) }
            }
        case .unsubscribed(let id):
            json.member("type", "unsubscribed")
            json.member("id", id)
        case .pong(let at):
            json.member("type", "pong")
            json.member("at", describing: at)
        case .logged(let id):
            json.member("type", "logged")
            json.member("id", id)
        case .error(let fault):
            json.member("type", "error")
            if let id = fault.id { json.member("id", id) }
            json.member("code", fault.code.rawValue)
            json.member("detail", fault.detail)
        case .reconnect(let afterMilliseconds):
            json.member("type", "reconnect")
            json.member("afterMs", afterMilliseconds)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func subscribed(_ account: SubscribedAccount) {
        let position = account.position
        object { json in
            json.member("accountId", describing: position.accountID)
            json.member("seq", position.seq)
            json.member("balance") { json in json.balance(position.balance) }
            json.member("recovered", account.isRecovered)
        }
    }

    /// `{posted, held, available, currency}`
    mutating func balance(_ balance: Balance) {
        object { json in
            json.member("posted", balance.posted)
            json.member("held", balance.held)
            json.member("available", balance.available)
            json.member("currency", balance.currency.code)
        }
    }
}
