import BSON
import Ledger
import Mongo

extension Schema {
    static let holds = [
        // Lists, newest first.
        MongoIndex("parties", keys: ["parties": 1, "_id": -1]),
        // What the expiry looks for.
        MongoIndex("due", keys: ["expiresAt": 1, "_id": 1], partialFilter: ["status": "pending"]),
    ]

    private static let holdValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": [
                "_id", "from", "to", "amount", "captured", "currency", "status", "expiresAt",
                "request", "createdAt", "parties",
            ],
            "properties": [
                "amount": [
                    "bsonType": "long", "minimum": 1, "maximum": .int64(Money.minorUnitsMax),
                ],
                "captured": ["bsonType": "long", "minimum": 0],
                "status": ["enum": .strings(HoldStatus.allCases.map(\.rawValue))],
            ],
        ],
        "$expr": ["$lte": ["$captured", "$amount"]],
    ]

    static func prepareHolds(_ connection: borrowing MongoConnection) throws {
        try connection.ensureCollection(Collections.holds, validator: holdValidator)
        try connection.createIndexes(Collections.holds, holds)
    }
}
