import BankAPI
import Ledger
import ServiceKit

/// Setting money aside, and settling what was set aside. All of it goes through the
/// ``LedgerGate`` as orders of type `hold`, `capture` and `release`.
package struct Holds: Sendable {
    private let gate: any LedgerGate
    private let reader: any HoldReader
    private let accounts: Accounts
    private let numbers: AccountNumbers

    package init(
        gate: any LedgerGate, reader: any HoldReader, accounts: Accounts,
        accountReader: any AccountReader
    ) {
        self.gate = gate
        self.reader = reader
        self.accounts = accounts
        self.numbers = AccountNumbers(reader: accountReader)
    }

    /// Reserves money of the caller's own account; staff reserve of any.
    func reserve(
        _ request: HoldRequest, key: String, by identity: Identity, origin: Origin
    ) async throws -> Recorded {
        var order = Order(
            id: .notYetGiven, type: .hold, from: try await numbers.resolved(request.from),
            to: try await numbers.resolved(request.to), amount: request.amount,
            initiator: origin.initiator, requestID: origin.requestID,
            idempotency: Idempotency(
                key: key, digest: IdempotencyKey.digest(of: request.canonicalText)),
            receivedAt: origin.receivedAt)
        order.holdSeconds = request.seconds
        return try await gate.record(order)
    }

    /// Captures or voids a hold that the caller sees, if the caller may.
    func settle(
        _ id: HoldID, _ request: SettlingRequest, key: String, by identity: Identity,
        origin: Origin
    ) async throws -> Recorded {
        let hold = try await hold(id, for: identity)
        return try await gate.record(
            Order(
                settling: hold, as: request.type, amount: request.amount, id: .notYetGiven,
                initiator: origin.initiator, requestID: origin.requestID,
                idempotency: Idempotency(
                    key: key,
                    digest: IdempotencyKey.digest(of: request.canonicalText(settling: id))),
                receivedAt: origin.receivedAt))
    }

    /// - Throws: `not_found` for a hold in which the caller is no party.
    func hold(_ id: HoldID, for identity: Identity) async throws -> Hold {
        var own = HoldFilter()
        if !identity.isStaff { own.viewer = identity.customerID }
        guard let hold = try await reader.hold(id), own.matches(hold) else {
            throw Problem(.notFound)
        }
        return hold
    }

    /// What the caller is a party to; everything for staff.
    func list(
        _ filter: HoldFilter, _ page: PageRequest<HoldID>, for identity: Identity
    ) async throws -> Page<Hold> {
        var filter = filter
        if let id = filter.accountID { _ = try await accounts.account(id, for: identity) }
        if !identity.isStaff { filter.viewer = identity.customerID }
        return try await reader.holds(filter, page)
    }
}
