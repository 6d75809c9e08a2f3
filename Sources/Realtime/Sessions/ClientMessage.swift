package import Ledger

/// What a client says, checked. See docs/realtime.md for the JSON of each.
package enum ClientMessage: Hashable, Sendable {
    case auth(Credential)
    case subscribe(SubscribeRequest)
    case unsubscribe(id: String?, AccountSelection)
    /// Cumulative: shown up to and including these seqs.
    case acknowledge([AccountID: Int64])
    case ping
    case event(ClientEvent)
}

/// Which accounts a message is about.
package enum AccountSelection: Hashable, Sendable {
    /// All of the customer's, also those opened later.
    case all
    case some([AccountID])
    /// Every transaction of the bank; staff only.
    case ledger
}

package struct SubscribeRequest: Hashable, Sendable {
    package let id: String?
    package let accounts: AccountSelection
    /// The last seq the client has, per account.
    package let positions: [AccountID: Int64]
    package let events: Set<PushKind>

    package init(
        id: String?, accounts: AccountSelection, positions: [AccountID: Int64] = [:],
        events: Set<PushKind> = [.transaction, .balance]
    ) {
        self.id = id
        self.accounts = accounts
        self.positions = positions
        self.events = events
    }
}

/// What may be subscribed of an account.
package enum PushKind: String, Hashable, Sendable, CaseIterable {
    case transaction, balance
}

/// Something the client's user did, or a fault the client met, for the interaction log.
package struct ClientEvent: Hashable, Sendable {
    package let id: String?
    package let isError: Bool
    package let requestID: String?
    /// JSON text, at most 4 KiB.
    package let data: String?

    package init(id: String?, isError: Bool, requestID: String?, data: String?) {
        self.id = id
        self.isError = isError
        self.requestID = requestID
        self.data = data
    }
}

/// Why a message could not be served: the `error` message that answers it.
package struct MessageFault: Error, Hashable, Sendable {
    package let id: String?
    package let code: Code
    package let detail: String

    package init(id: String? = nil, _ code: Code, _ detail: String) {
        self.id = id
        self.code = code
        self.detail = detail
    }

    package enum Code: String, Hashable, Sendable, CaseIterable {
        case invalidJSON = "invalid_json"
        case unknownType = "unknown_type"
        case validationFailed = "validation_failed"
        case notAuthenticated = "not_authenticated"
        case notAllowed = "not_allowed"
        case accountNotFound = "account_not_found"
        case tooManySubscriptions = "too_many_subscriptions"
        case rateLimited = "rate_limited"
        case overloaded
        case unavailable
    }
}
