/// What an administrator does to the types.
package enum CatalogueChange: Hashable, Sendable {
    case addAccountType(AccountType)
    case changeAccountType(AccountTypeCode, AccountTypeChange)
    case addTransactionType(TransactionType)
    case changeTransactionType(TransactionTypeCode, TransactionTypeChange)
}

extension CatalogueChange {
    /// Whether there is one type more after it.
    package var adds: Bool {
        switch self {
        case .addAccountType, .addTransactionType: true
        case .changeAccountType, .changeTransactionType: false
        }
    }
}

/// A type as a change left it.
package enum CatalogueEntry: Hashable, Sendable {
    case accountType(AccountType)
    case transactionType(TransactionType)
}

/// Why types were not changed; nothing of the change is kept.
package enum CatalogueRejection: Error, Hashable, Sendable {
    /// There is a type with the code.
    case codeTaken
    /// There is no type with the code.
    case typeNotFound
    /// There are ``Catalogue/typesMax`` types of the kind.
    case typeLimitReached
    /// The minimum would be above the maximum.
    case limitsCross
    /// The rules in these places name account types that do not exist.
    case accountTypesUnknown(at: [Int])
}

extension Catalogue {
    /// Does the change, all of it or nothing.
    ///
    /// - Returns: the type as it is now.
    /// - Throws: the first of ``CatalogueRejection``, in its order, that stands in the way.
    package mutating func apply(
        _ change: CatalogueChange
    ) throws(CatalogueRejection) -> CatalogueEntry {
        switch change {
        case .addAccountType(let type):
            guard accountTypes[type.code] == nil else { throw .codeTaken }
            guard accountTypes.count < Self.typesMax else { throw .typeLimitReached }
            return .accountType(try keep(type))
        case .changeAccountType(let code, let change):
            guard let type = accountTypes[code] else { throw .typeNotFound }
            return .accountType(try keep(type.changed(by: change)))
        case .addTransactionType(let type):
            guard transactionTypes[type.code] == nil else { throw .codeTaken }
            guard transactionTypes.count < Self.typesMax else { throw .typeLimitReached }
            return .transactionType(try keep(type))
        case .changeTransactionType(let code, let change):
            guard let type = transactionTypes[code] else { throw .typeNotFound }
            return .transactionType(try keep(type.changed(by: change)))
        }
    }

    private mutating func keep(
        _ type: AccountType
    ) throws(CatalogueRejection) -> AccountType {
        guard type.amounts.areOrdered else { throw .limitsCross }
        accountTypes[type.code] = type
        return type
    }

    private mutating func keep(
        _ type: TransactionType
    ) throws(CatalogueRejection) -> TransactionType {
        guard type.amounts.areOrdered else { throw .limitsCross }
        let unknown = type.rules.indices.filter {
            accountTypes[type.rules[$0].accountType] == nil
        }
        guard unknown.isEmpty else { throw .accountTypesUnknown(at: Array(unknown)) }
        transactionTypes[type.code] = type
        return type
    }
}
