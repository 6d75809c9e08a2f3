import BSON
import Ledger

extension Schema {
    static let accountValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": [
                "_id", "number", "holder", "type", "currency", "status", "posted", "held",
                "overdraft", "seq", "createdAt", "updatedAt",
            ],
            "properties": [
                "_id": text, "number": text, "customer": text, "currency": text,
                "posted": ["bsonType": "long"],
                "held": amount, "overdraft": amount,
                "dailyLimit": amount, "debitTotal": ["bsonType": "long", "minimum": 0],
                "seq": ["bsonType": "long", "minimum": 0],
                "status": ["enum": .strings(AccountStatus.allCases.map(\.rawValue))],
            ],
        ],
        // The ceiling holds for customers' accounts.
        "$or": [
            ["customer": ["$exists": false]],
            [
                "posted": [
                    "$lte": .int64(Money.minorUnitsMax), "$gte": .int64(-Money.minorUnitsMax),
                ]
            ],
        ],
    ]

    static let transactionValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": [
                "_id", "type", "status", "amount", "currency", "from", "to", "initiator",
                "request", "receivedAt", "committedAt", "parties", "block",
            ],
            "properties": [
                "_id": text,
                "status": ["enum": ["posted", "refused"]],
                // A refused order may have asked for any amount.
                "amount": ["bsonType": "long"],
                "postings": [
                    "bsonType": "array", "minItems": 1, "maxItems": 2,
                    "items": [
                        "bsonType": "object",
                        "required": ["account", "amount", "balance", "held", "seq"],
                        "properties": [
                            "amount": ["bsonType": "long"], "balance": ["bsonType": "long"],
                            "held": amount, "seq": ["bsonType": "long", "minimum": 1],
                        ],
                    ],
                ],
            ],
        ]
    ]

    static let blockValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": ["writer", "height", "ids", "hashes", "count", "committedAt", "hash"],
            "properties": [
                "writer": text, "height": ["bsonType": "long", "minimum": 1],
                "count": ["bsonType": "long", "minimum": 1], "hash": ["bsonType": "binData"],
            ],
        ]
    ]

    static let customerValidator: BSONDocument = [
        "$jsonSchema": [
            "bsonType": "object",
            "required": [
                "_id", "name", "email", "emailKey", "passwordHash", "role", "status",
                "openAccounts", "createdAt", "updatedAt",
            ],
            "properties": [
                "_id": text, "emailKey": text, "passwordHash": text,
                "role": ["enum": .strings(Role.allCases.map(\.rawValue))],
                "status": ["enum": ["active", "closed"]],
                "openAccounts": ["bsonType": "long", "minimum": 0],
            ],
        ]
    ]

    static let text: BSONValue = ["bsonType": "string"]
    /// Minor units, never negative.
    static let amount: BSONValue = [
        "bsonType": "long", "minimum": 0, "maximum": .int64(Money.minorUnitsMax),
    ]
}
