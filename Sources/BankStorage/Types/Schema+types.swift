import BSON
import Ledger
import Mongo

extension Schema {
    /// The collections of the types, the built-in ones, and their first version.
    static func prepareTypes(
        _ connection: borrowing MongoConnection, _ identifiers: IdentifierGenerator
    ) throws {
        try connection.ensureCollection(Collections.accountTypes, validator: accountTypeValidator)
        try connection.ensureCollection(
            Collections.transactionTypes, validator: transactionTypeValidator)
        try connection.ensureCollection(Collections.catalogue)
        let builtIn = Catalogue.builtIn
        try connection.insertMissing(
            Collections.accountTypes, builtIn.accountTypes.values.map(\.document))
        try connection.insertMissing(
            Collections.transactionTypes, builtIn.transactionTypes.values.map(\.document))
        try connection.insertMissing(
            Collections.catalogue, [CatalogueVersion.document(identifiers.next())])
    }

    private static let accountTypeValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": ["_id", "name", "overdraft"],
            "properties": [
                "_id": text, "name": text, "minimum": amount, "maximum": amount,
                "dailyLimit": amount, "overdraft": ["bsonType": "bool"],
            ],
        ]
    ]

    private static let transactionTypeValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": ["_id", "name", "status", "rules"],
            "properties": [
                "_id": text, "name": text, "minimum": amount, "maximum": amount,
                "status": [
                    "enum": .strings(TransactionTypeStatus.allCases.map(\.rawValue))
                ],
                "rules": ["bsonType": "array", "maxItems": .int64(Int64(Catalogue.rulesMax))],
            ],
        ]
    ]
}

extension MongoConnection {
    /// Inserts those of the documents whose `_id` is not there yet.
    func insertMissing(_ collection: String, _ documents: [BSONDocument]) throws {
        do {
            // Unordered: what another process has made is passed over.
            try insertMany(collection, documents, ordered: false)
        } catch {
            guard case .duplicateKey(index: "_id_") = error.kind else { throw error }
        }
    }
}
