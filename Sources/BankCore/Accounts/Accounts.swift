package import Ledger
package import ServiceKit

/// Opening, reading, changing and closing accounts.
///
/// What changes an account goes through the ``LedgerGate``. What is not the caller's does not
/// exist for the caller: `notFound`.
package struct Accounts: Sendable {
    private let gate: any LedgerGate
    private let reader: any AccountReader
    private let policy: AccountPolicy
    private let identifiers: IdentifierGenerator
    let types: KnownTypes
    /// How many random numbers are tried: each is taken by chance with the share of all that are.
    private static let numbersTriedMax = 8

    package init(
        gate: any LedgerGate, reader: any AccountReader, policy: AccountPolicy,
        identifiers: IdentifierGenerator, types: KnownTypes
    ) {
        self.gate = gate
        self.reader = reader
        self.policy = policy
        self.identifiers = identifiers
        self.types = types
    }

    /// Staff open accounts of any type for anyone; customers some types for themselves.
    func open(
        _ request: OpenAccountRequest, by identity: Identity, origin: Origin
    ) async throws -> Account {
        let type = request.type ?? .personal
        let owner = request.customerID ?? identity.customerID
        guard identity.isStaff || owner == identity.customerID else { throw Problem(.notFound) }
        guard identity.isStaff || policy.isOpenToCustomers(type) else {
            throw Problem(.forbidden, "Accounts of this type are opened by staff.")
        }
        for _ in 0..<Self.numbersTriedMax {
            let command = LedgerCommand.openAccount(
                account(request, type: type, owner: owner, origin: origin),
                accountsMax: identity.isStaff ? nil : policy.accountsPerCustomerMax,
                origin: origin)
            switch try await gate.perform(command) {
            case .opened(let account): return account
            case .rejected(.accountNumberTaken): continue
            case .rejected(let rejection): throw rejection
            default: throw Problem(.internalError)
            }
        }
        throw CommandRejection.accountNumberTaken
    }

    private func account(
        _ request: OpenAccountRequest, type: AccountTypeCode, owner: CustomerID, origin: Origin
    ) -> Account {
        Account(
            id: identifiers.next(), number: identifiers.nextAccountNumber(),
            customerID: owner, holderName: "", type: type,
            currency: request.currency ?? policy.defaultCurrency,
            description: request.description, createdAt: origin.receivedAt,
            updatedAt: origin.receivedAt)
    }

    /// The account, if it is the caller's or the caller is staff.
    package func account(_ id: AccountID, for identity: Identity) async throws -> Account {
        guard let account = try await reader.account(.id(id)),
            identity.isStaff || account.customerID == identity.customerID
        else { throw Problem(.notFound) }
        return account
    }

    /// The caller's accounts; everybody's for staff.
    func list(
        _ filter: AccountFilter, _ page: PageRequest<AccountID>, for identity: Identity
    ) async throws -> Page<Account> {
        var filter = filter
        if !identity.isStaff {
            if let asked = filter.customerID, asked != identity.customerID {
                throw Problem(.notFound)
            }
            filter.customerID = identity.customerID
        }
        return try await reader.accounts(filter, page)
    }

    /// Whose number this is, before paying to it. Closed accounts and the bank's own are not
    /// told.
    func lookup(_ number: AccountNumber) async throws -> Account {
        guard let account = try await reader.account(.number(number)), !account.isBanksOwn,
            account.status != .closed
        else { throw Problem(.notFound) }
        return account
    }

    func change(
        _ id: AccountID, to change: AccountChange, origin: Origin
    ) async throws -> Account {
        switch try await gate.perform(.changeAccount(id, change, origin: origin)) {
        case .changed(let account): return account
        case .rejected(let rejection): throw rejection
        default: throw Problem(.internalError)
        }
    }
}
