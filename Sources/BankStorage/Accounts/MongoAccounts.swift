import BSON
package import BankCore
package import Ledger
package import Mongo

/// Reads accounts as the last majority commit left them.
package struct MongoAccounts: AccountReader {
    private let database: MongoDatabase

    package init(_ database: MongoDatabase) { self.database = database }

    package func account(
        _ reference: AccountReference
    ) async throws(StoreError) -> Account? {
        let filter: BSONDocument =
            switch reference {
            case .id(let id): ["_id": .identifier(id)]
            case .number(let number): ["number": .string(number.description)]
            case .cash(let currency): ["_id": .identifier(AccountID.cash(currency))]
            }
        return try await database.read { connection in
            try connection.findOne(Collections.accounts, filter).map(Account.init)
        }
    }

    package func accounts(
        _ filter: AccountFilter, _ page: PageRequest<AccountID>
    ) async throws(StoreError) -> Page<Account> {
        let query = filter.query(after: page.after)
        let limit = page.limit
        return try await database.read { connection in
            let found = try connection.find(
                Collections.accounts, query,
                FindOptions(sort: ["_id": 1], limit: Int64(limit) + 1)
            ).map(Account.init)
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }
}

extension AccountFilter {
    /// Customers' accounts only: the bank's own have no customer.
    fileprivate func query(after position: AccountID?) -> BSONDocument {
        BSONDocument { query in
            if let customerID {
                query.append("customer", customerID)
            } else {
                query.append("customer", ["$exists": true] as BSONDocument)
            }
            query.append("number", ifAny: number?.description)
            query.append("type", ifAny: type?.rawValue)
            query.append("currency", ifAny: currency?.code)
            query.append("status", ifAny: status?.rawValue)
            if let position {
                query.document("_id") { $0.append("$gt", position) }
            }
        }
    }
}
