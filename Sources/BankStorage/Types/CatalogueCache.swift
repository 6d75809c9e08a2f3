import BSON
import Ledger
import Mongo
import Synchronization

/// The types as this process last read them, with the version that says whether they still hold.
///
/// A version is a new identifier each time, never a number counted on: whatever was read under
/// it, in a transaction that then ended in any way, is what stands under it for ever.
final class CatalogueCache: Sendable {
    private let known = Mutex<VersionedCatalogue?>(nil)

    /// The types in the transaction's snapshot, for the price of one small document when they
    /// are known. Who changes a type changes that document in the same commit.
    func catalogue(in transaction: borrowing MongoTransaction) throws -> Catalogue {
        let version = try transaction.catalogueVersion()
        if let known = known.withLock({ $0 }), known.version == version { return known.catalogue }
        let catalogue = try transaction.catalogue()
        known.withLock { $0 = VersionedCatalogue(version: version, catalogue: catalogue) }
        return catalogue
    }
}

private struct VersionedCatalogue: Sendable {
    let version: CatalogueID
    let catalogue: Catalogue
}

/// The document `{_id: "types", version}`, which changes with every type.
enum CatalogueVersion {
    static let filter: BSONDocument = ["_id": .string(id)]
    private static let id = "types"

    static func document(_ version: CatalogueID) -> BSONDocument {
        ["_id": .string(id), "version": .identifier(version)]
    }
}

extension MongoOperations where Self: ~Copyable {
    /// - Throws: `LedgerFault` when there is none: a migrated database has it.
    func catalogueVersion() throws -> CatalogueID {
        let found = try findOne(Collections.catalogue, CatalogueVersion.filter)
        guard let found else { throw LedgerFault.catalogueGone }
        return try found.identifier("version")
    }

    /// All types, at most ``Catalogue/typesMax`` of each kind.
    func catalogue() throws -> Catalogue {
        let all = FindOptions(sort: ["_id": 1], limit: Int64(Catalogue.typesMax))
        return Catalogue(
            accountTypes: try find(Collections.accountTypes, [:], all).map(AccountType.init),
            transactionTypes: try find(Collections.transactionTypes, [:], all)
                .map(TransactionType.init))
    }
}
