import BankAPI
import Ledger
import ServiceKit

/// Moving money, and reading what was moved.
package struct Transactions: Sendable {
    let gate: any LedgerGate
    private let reader: any TransactionReader
    private let accounts: Accounts
    private let numbers: AccountNumbers
    let types: KnownTypes
    private let isSandbox: Bool
    private let cancellationMinutes: Int

    package init(
        gate: any LedgerGate, reader: any TransactionReader, accountReader: any AccountReader,
        accounts: Accounts, isSandbox: Bool, cancellationMinutes: Int
    ) {
        self.gate = gate
        self.reader = reader
        self.accounts = accounts
        self.types = accounts.types
        self.numbers = AccountNumbers(reader: accountReader)
        self.isSandbox = isSandbox
        self.cancellationMinutes = cancellationMinutes
    }

    func post(
        _ request: OrderRequest, key: String, by identity: Identity, origin: Origin
    ) async throws -> Recorded {
        try await gate.record(order(for: request, key: key, by: identity, origin: origin))
    }

    /// How the order would end now: posted or refused. Nothing is written.
    func preview(
        _ request: OrderRequest, by identity: Identity, origin: Origin
    ) async throws -> Transaction {
        let order = try await order(for: request, key: nil, by: identity, origin: origin)
        switch try await gate.preview(.post(order)) {
        case .recorded(let entry, _): return entry
        case .rejected(let rejection): throw rejection
        default: throw Problem(.internalError)
        }
    }

    /// Staff deposit and withdraw, in a sandbox owners too; all else (a transfer, a purchase, a
    /// type of the bank's own) is given by the owner of `from`, whoever that is.
    func order(
        for request: OrderRequest, key: String?, by identity: Identity, origin: Origin
    ) async throws -> Order {
        let isOwners = request.type != .deposit && request.type != .withdrawal
        guard isOwners || identity.isStaff || isSandbox else {
            throw Problem(.forbidden, "Deposits and withdrawals are made by staff.")
        }
        let cash = AccountReference.cash(request.amount.currency)
        return Order(
            id: .notYetGiven, type: request.type,
            from: try await numbers.resolved(request.from ?? cash),
            to: try await numbers.resolved(request.to ?? cash), amount: request.amount,
            initiator: Initiator(
                customerID: identity.customerID,
                authority: isOwners ? .owner : identity.authority),
            requestID: origin.requestID,
            idempotency: key.map { key in
                Idempotency(
                    key: key, digest: IdempotencyKey.digest(of: request.canonicalText))
            },
            details: request.details, receivedAt: origin.receivedAt)
    }

    /// Gives the money of a transaction that the caller sees back, if the caller may and it was
    /// not given back before.
    func undo(
        _ id: TransactionID, as kind: UndoingKind, key: String, by identity: Identity,
        origin: Origin
    ) async throws -> Recorded {
        let parent = try await transaction(id, for: identity)
        let order = Order(
            undoing: parent, as: kind.type, id: .notYetGiven, initiator: origin.initiator,
            requestID: origin.requestID,
            idempotency: Idempotency(
                key: key, digest: IdempotencyKey.digest(of: kind.canonicalText(undoing: id))),
            receivedAt: origin.receivedAt,
            cancellationSeconds: Int64(cancellationMinutes) * 60)
        guard let order else { throw kind.rejectionOfNothing }
        return try await gate.record(order)
    }

    func transaction(_ id: TransactionID, for identity: Identity) async throws -> Transaction {
        guard let entry = try await reader.transaction(id), entry.isVisible(to: identity.viewer)
        else { throw Problem(.notFound) }
        return entry
    }

    /// What the caller is a party to or initiated; everything for staff.
    func list(
        _ filter: TransactionFilter, _ page: PageRequest<TransactionID>, for identity: Identity
    ) async throws -> Page<Transaction> {
        var filter = filter
        if let id = filter.accountID { _ = try await accounts.account(id, for: identity) }
        if !identity.isStaff { filter.viewer = identity.customerID }
        return try await reader.transactions(filter, page)
    }
}

extension TransactionID {
    /// Stands in an order until the posting engine gives it its place, and with it its id.
    static let notYetGiven = TransactionID(high: 0, low: 0)
}
