import BSON
import BankCore
import Ledger
import Mongo

extension MongoOperations where Self: ~Copyable {
    /// Reads all that the rules need to decide the commands, as one snapshot.
    func book(for needs: LedgerNeeds) throws -> Book {
        Book(
            accounts: try accounts(needs), holders: try holders(needs),
            recorded: try recorded(needs))
    }

    private func accounts(_ needs: LedgerNeeds) throws -> [Account] {
        let ids: BSONDocument = ["_id": .anyOf(needs.accountIDs)]
        let numbers: BSONDocument = ["number": ["$in": .strings(needs.accountNumbers.texts)]]
        let filter: BSONDocument? =
            switch (needs.accountIDs.isEmpty, needs.accountNumbers.isEmpty) {
            case (true, true): nil
            case (false, true): ids
            case (true, false): numbers
            case (false, false): ["$or": .documents([ids, numbers])]
            }
        guard let filter else { return [] }
        return try find(Collections.accounts, filter).map(Account.init)
    }

    private func holders(_ needs: LedgerNeeds) throws -> [Holder] {
        guard !needs.customerIDs.isEmpty else { return [] }
        return try find(
            Collections.customers, ["_id": .anyOf(needs.customerIDs)],
            FindOptions(projection: ["name": 1, "status": 1, "openAccounts": 1])
        ).map(Holder.init)
    }

    private func recorded(_ needs: LedgerNeeds) throws -> [Transaction] {
        guard !needs.keys.isEmpty else { return [] }
        let keys = needs.keys.map(\.documentKey)
        return try find(Collections.transactions, ["key": ["$in": .strings(keys)]])
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
