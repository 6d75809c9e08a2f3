import Ledger
package import ServiceKit

/// Finding, changing and closing customers.
///
/// What changes one goes through the ``LedgerGate``, in one transaction with the end of their
/// sessions and accounts. Who is not the caller, or the caller's to see, does not exist.
package struct Customers: Sendable {
    private let gate: any LedgerGate
    private let directory: any CustomerDirectory
    private let accounts: any AccountReader
    private let revocations: SessionRevocations

    package init(
        gate: any LedgerGate, directory: any CustomerDirectory, accounts: any AccountReader,
        revocations: SessionRevocations
    ) {
        self.gate = gate
        self.directory = directory
        self.accounts = accounts
        self.revocations = revocations
    }

    func customer(_ id: CustomerID, for identity: Identity) async throws -> Customer {
        guard identity.isStaff || id == identity.customerID,
            let customer = try await directory.customer(id)
        else { throw Problem(.notFound) }
        return customer
    }

    func list(
        _ filter: CustomerFilter, _ page: PageRequest<CustomerID>
    ) async throws -> Page<Customer> {
        try await directory.customers(filter, page)
    }

    /// The one who has it. A national id may stand on documents of several kinds: then the
    /// first of them to become a customer.
    func find(_ search: CustomerSearch) async throws -> Customer {
        let found: Customer?
        switch search {
        case .field(let filter):
            found = try await directory.customers(filter, PageRequest(limit: 1)).items.first
        case .accountNumber(let number):
            guard let owner = try await accounts.account(.number(number))?.customerID else {
                throw Problem(.notFound)
            }
            found = try await directory.customer(owner)
        }
        guard let found else { throw Problem(.notFound) }
        return found
    }

    @discardableResult
    func change(
        _ id: CustomerID, to change: CustomerChange, by identity: Identity, origin: Origin
    ) async throws -> Customer {
        let command = LedgerCommand.changeCustomer(id, change, by: identity.role, origin: origin)
        switch try await gate.perform(command) {
        case .changedCustomer(let customer):
            // The other processes ask every second; here the sessions end at once.
            if change.sessionsEnd != nil { await revocations.poll() }
            return customer
        case .rejected(let rejection): throw rejection
        default: throw Problem(.internalError)
        }
    }
}
