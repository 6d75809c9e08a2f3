package import Ledger

/// What a command needs for itself while it is in flight: two batches that run at once have no
/// claim in common, so that they never conflict in the database.
package enum Claim: Hashable, Sendable {
    /// Also the bank's own cash accounts.
    case account(AccountID)
    /// Whose accounts are counted.
    case customer(CustomerID)
    /// What must be unique (an account number, an e-mail), as text with its kind.
    case name(String)
}

extension LedgerCommand {
    package var claims: [Claim] {
        switch self {
        case .post(let order):
            order.claims
        case .postTogether(let orders):
            Array(Set(orders.flatMap(\.claims)))
        case .signUp(let customer, let account, let opening):
            customer.identities.map(Claim.init) + [
                .customer(customer.id), .name("number:\(account.number)"),
            ] + (opening?.claims ?? [.account(account.id)])
        case .openAccount(let account, _, _):
            [.account(account.id), .name("number:\(account.number)")]
                + (account.customerID.map { [.customer($0)] } ?? [])
        case .changeAccount(let id, _, _):
            [.account(id)]
        case .changeCustomer(let id, let change, _, _):
            [.customer(id)] + change.identities.map(Claim.init)
        }
    }

    /// The same with new ids for what it records.
    func identified(by identifiers: inout RisingIdentifiers<TransactionKind>) -> LedgerCommand {
        switch self {
        case .post(var order):
            order.id = identifiers.next()
            return .post(order)
        case .postTogether(var orders):
            for index in orders.indices { orders[index].id = identifiers.next() }
            return .postTogether(orders)
        case .signUp(let customer, let account, var opening):
            opening?.id = identifiers.next()
            return .signUp(customer, account, opening: opening)
        case .openAccount, .changeAccount, .changeCustomer:
            return self
        }
    }

    /// The caller's key and the digest of what was asked with it.
    package var idempotency: (scope: IdempotencyScope, digest: [UInt8])? {
        guard case .post(let order) = self, let scope = IdempotencyScope(of: order),
            let digest = order.idempotency?.digest
        else { return nil }
        return (scope, digest)
    }
}

extension Order {
    fileprivate var claims: [Claim] {
        let accounts = [Claim(from), Claim(to)]
        guard let scope = ReferenceScope(of: self) else { return accounts }
        return accounts + [.name("reference:\(scope.customerID)/\(scope.reference)")]
    }
}

extension Claim {
    fileprivate init(_ reference: AccountReference) {
        switch reference {
        case .id(let id): self = .account(id)
        case .cash(let currency): self = .account(.cash(currency))
        case .number(let number): self = .name("number:\(number)")
        }
    }

    fileprivate init(_ identity: CustomerIdentity) {
        switch identity {
        case .email(let key): self = .name("email:\(key)")
        case .phone(let phone): self = .name("phone:\(phone)")
        case .nationalID(let type, let number): self = .name("national:\(type) \(number)")
        }
    }
}
