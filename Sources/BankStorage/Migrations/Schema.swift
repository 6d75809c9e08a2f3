import BSON
import Mongo

/// Indexes and validators of the collections: with the rules in Ledger, the last line of defence.
enum Schema {
    static let accounts = [
        MongoIndex("number", keys: ["number": 1], unique: true),
        MongoIndex("customer", keys: ["customer": 1, "_id": 1]),
    ]

    static let seqIndex = "seq"
    static let requestIndex = "request"
    static let externalReferenceIndex = "externalReference"

    static let transactions = [
        // The same key moves money once, for ever.
        MongoIndex("key", keys: ["key": 1], unique: true, partialFilter: exists("key")),
        // Gapless seq: no two entries share one; also the replay of what a reader missed.
        MongoIndex(
            seqIndex, keys: ["postings.account": 1, "postings.seq": 1], unique: true,
            partialFilter: ["status": "posted"]),
        // Histories and lists, newest first.
        MongoIndex("parties", keys: ["parties": 1, "_id": -1]),
        MongoIndex(requestIndex, keys: ["request": 1]),
        MongoIndex(
            externalReferenceIndex, keys: ["externalReference": 1],
            partialFilter: exists("externalReference")),
    ]

    /// A customer posts with an external reference once.
    static let externalReferences = [
        MongoIndex(
            "initiatorReference", keys: ["initiator.customer": 1, "externalReference": 1],
            unique: true,
            partialFilter: ["status": "posted", "externalReference": ["$exists": true]])
    ]

    static let blocks = [
        MongoIndex("chain", keys: ["writer": 1, "height": -1], unique: true),
        MongoIndex("first", keys: ["height": 1], partialFilter: ["height": 1]),
    ]

    static let customers = [
        MongoIndex("emailKey", keys: ["emailKey": 1], unique: true),
        MongoIndex("phone", keys: ["phone": 1], unique: true, partialFilter: exists("phone")),
        MongoIndex(
            "nationalId", keys: ["nationalId": 1], unique: true,
            partialFilter: exists("nationalId")),
    ]

    /// What staff look for customers by.
    static let customerSearch = [
        MongoIndex("nameWords", keys: ["nameWords": 1, "_id": 1]),
        MongoIndex(
            "nationalIdNumber", keys: ["nationalId.number": 1],
            partialFilter: exists("nationalId")),
        MongoIndex("createdAt", keys: ["createdAt": 1]),
    ]

    static let notices = [
        MongoIndex("customer", keys: ["customer": 1, "_id": -1])
    ]

    private static func exists(_ field: String) -> BSONDocument {
        [field: ["$exists": true]]
    }
}
