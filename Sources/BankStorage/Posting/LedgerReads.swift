import BSON
import BankCore
import Ledger
import Mongo

extension MongoOperations where Self: ~Copyable {
    /// Reads all that the rules need to decide the commands, as one snapshot.
    ///
    /// - Parameter catalogue: the types, as they stand in this snapshot.
    func book(for needs: LedgerNeeds, by catalogue: Catalogue) throws -> Book {
        Book(
            accounts: try accounts(needs), holders: try holders(needs),
            recorded: try recorded(needs), parents: try parents(needs),
            references: try used(needs.references), catalogue: catalogue)
    }

    private func accounts(_ needs: LedgerNeeds) throws -> [Account] {
        var filters: [BSONDocument] = []
        if !needs.accountIDs.isEmpty { filters.append(["_id": .anyOf(needs.accountIDs)]) }
        if !needs.accountNumbers.isEmpty {
            filters.append(["number": ["$in": .strings(needs.accountNumbers.texts)]])
        }
        if !needs.wholeCustomerIDs.isEmpty {
            filters.append([
                "customer": .anyOf(needs.wholeCustomerIDs), "status": ["$ne": "closed"],
            ])
        }
        guard let first = filters.first else { return [] }
        let filter = filters.count == 1 ? first : ["$or": .documents(filters)]
        return try find(Collections.accounts, filter).map(Account.init)
    }

    private func holders(_ needs: LedgerNeeds) throws -> [Holder] {
        guard !needs.customerIDs.isEmpty else { return [] }
        return try find(
            Collections.customers, ["_id": .anyOf(needs.customerIDs)],
            FindOptions(projection: ["name": 1, "status": 1, "openAccounts": 1])
        ).map(Holder.init)
    }

    /// The customers that are to change.
    func customers(_ needs: LedgerNeeds) throws -> [Customer] {
        guard !needs.wholeCustomerIDs.isEmpty else { return [] }
        return try find(Collections.customers, ["_id": .anyOf(needs.wholeCustomerIDs)])
            .map(Customer.init)
    }

    private func recorded(_ needs: LedgerNeeds) throws -> [Transaction] {
        guard !needs.keys.isEmpty else { return [] }
        let keys = needs.keys.map(\.documentKey)
        return try find(Collections.transactions, ["key": ["$in": .strings(keys)]])
            .map { try JournalDocument($0).transaction }
    }

    /// Those of the references that some posted entry of the same customer carries.
    private func used(_ references: Set<ReferenceScope>) throws -> Set<ReferenceScope> {
        guard !references.isEmpty else { return [] }
        let filter: BSONDocument = [
            "initiator.customer": .anyOf(Set(references.map(\.customerID))),
            "externalReference": ["$in": .strings(Set(references.map(\.reference)))],
            "status": "posted",
        ]
        let options = FindOptions(projection: ["initiator.customer": 1, "externalReference": 1])
        let used = try find(Collections.transactions, filter, options).map { entry in
            ReferenceScope(
                customerID: try entry.document("initiator").identifier("customer"),
                reference: try entry.string("externalReference"))
        }
        return references.intersection(used)
    }

    private func parents(_ needs: LedgerNeeds) throws -> [Transaction] {
        guard !needs.parentIDs.isEmpty else { return [] }
        return try find(Collections.transactions, ["_id": .anyOf(needs.parentIDs)])
            .map { try JournalDocument($0).transaction }
    }

    /// Those of the identities that some customer has.
    func taken(_ identities: Set<CustomerIdentity>) throws -> Set<CustomerIdentity> {
        guard !identities.isEmpty else { return [] }
        let customers = try find(
            Collections.customers, ["$or": .documents(identities.map(\.filter))]
        ).map(Customer.init)
        return Set(customers.flatMap(\.identities)).intersection(identities)
    }
}

extension Set<AccountNumber> {
    fileprivate var texts: [String] { map(\.description) }
}

extension BSONValue {
    /// `{$in: […]}`
    static func anyOf<Kind>(_ identifiers: some Sequence<Identifier<Kind>>) -> BSONValue {
        ["$in": .strings(identifiers.map(\.description))]
    }
}
