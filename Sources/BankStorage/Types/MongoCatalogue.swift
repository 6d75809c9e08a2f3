import BSON
package import BankCore
package import Ledger
package import Mongo

/// The types on MongoDB: a document each, and one with the version of all of them.
package struct MongoCatalogue: CatalogueStore {
    private let database: MongoDatabase
    private let identifiers: IdentifierGenerator

    /// The database must have been migrated (``Migrator``).
    package init(_ database: MongoDatabase, identifiers: IdentifierGenerator) {
        self.database = database
        self.identifiers = identifiers
    }

    package func catalogue() async throws(StoreError) -> Catalogue {
        try await database.read { try $0.catalogue() }
    }

    package func change(
        _ change: CatalogueChange
    ) async throws(StoreError) -> CatalogueOutcome {
        let identifiers = identifiers
        do {
            return try await database.transaction { transaction in
                try transaction.change(change, identifiers)
            }
        } catch {
            throw StoreError.reported(error)
        }
    }
}

extension MongoTransaction {
    fileprivate func change(
        _ change: CatalogueChange, _ identifiers: IdentifierGenerator
    ) throws -> CatalogueOutcome {
        let version = try catalogueVersion()
        var catalogue = try catalogue()
        let entry: CatalogueEntry
        do throws(CatalogueRejection) {
            entry = try catalogue.apply(change)
        } catch {
            return .rejected(error)
        }
        // First of all: of two changes at once one meets a write conflict here and is done
        // again. So what a change was decided by still holds when it is committed.
        let result = try updateOne(
            Collections.catalogue, CatalogueVersion.document(version),
            ["$set": ["version": .identifier(identifiers.next() as CatalogueID)]])
        guard result.matched == 1 else { throw LedgerFault.catalogueGone }
        try write(entry, isNew: change.adds)
        return .changed(entry)
    }

    private func write(_ entry: CatalogueEntry, isNew: Bool) throws {
        let (collection, document) =
            switch entry {
            case .accountType(let type): (Collections.accountTypes, type.document)
            case .transactionType(let type): (Collections.transactionTypes, type.document)
            }
        if isNew { return try insertOne(collection, document) }
        let result = try replaceOne(
            collection, ["_id": .string(try document.string("_id"))], document)
        guard result.matched == 1 else { throw LedgerFault.catalogueGone }
    }
}
