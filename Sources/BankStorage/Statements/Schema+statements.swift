import BSON
import Mongo

extension Schema {
    static let statements: [MongoIndex] = [
        // What workers look for, and how many somebody has open.
        MongoIndex(
            "open", keys: ["status": 1, "_id": 1], partialFilter: ["status": "pending"]),
        MongoIndex("expiry", keys: ["expiresAt": 1], expiresAfter: .zero),
    ]

    static func prepareStatements(_ connection: borrowing MongoConnection) throws {
        try connection.ensureCollection(Collections.statements)
        try connection.createIndexes(Collections.statements, statements)
        try GridFSBucket(Collections.statementFiles).prepare(connection)
    }
}
