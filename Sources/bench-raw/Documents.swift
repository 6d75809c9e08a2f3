import BSON
import Mongo

/// Documents of the bank's shapes and sizes, with its indexes, and contents made from numbers.
/// The shapes are told by BankStorage: `Account+Document`, `JournalDocument`, `Block+Document`.
enum Documents {
    static let accountIndexes = [
        MongoIndex("number", keys: ["number": 1], unique: true),
        MongoIndex("customer", keys: ["customer": 1, "_id": 1]),
    ]

    static let transactionIndexes = [
        MongoIndex(
            "key", keys: ["key": 1], unique: true, partialFilter: ["key": ["$exists": true]]),
        MongoIndex(
            "seq", keys: ["postings.account": 1, "postings.seq": 1], unique: true,
            partialFilter: ["status": "posted"]),
        MongoIndex("parties", keys: ["parties": 1, "_id": -1]),
        MongoIndex("request", keys: ["request": 1]),
        MongoIndex(
            "externalReference", keys: ["externalReference": 1],
            partialFilter: ["externalReference": ["$exists": true]]),
    ]

    static let blockIndexes = [
        MongoIndex("chain", keys: ["writer": 1, "height": -1], unique: true),
        MongoIndex("first", keys: ["height": 1], partialFilter: ["height": 1]),
    ]

    /// An identifier as long as the bank's: prefix and 26 digits that rise with the number.
    static func id(_ prefix: String, _ number: some BinaryInteger) -> String {
        "\(prefix)_\(padded(number, 26))"
    }

    static func account(_ number: Int) -> BSONDocument {
        BSONDocument(capacity: 512) { writer in
            writer.append("_id", id("acc", number))
            writer.append("number", padded(number, 12))
            writer.append("customer", id("cus", number))
            writer.append("holder", "Customer \(padded(number, 6))")
            writer.append("type", "personal")
            writer.append("currency", "USD")
            writer.append("status", "active")
            appendChanging(&writer, seq: 1)
            writer.append("createdAt", date: time)
        }
    }

    static func accountUpdate(_ serial: Int64) -> BSONDocument {
        BSONDocument { writer in
            writer.document("$set") { appendChanging(&$0, seq: serial) }
        }
    }

    /// Each account of the transfers, with the last serial it had part in.
    static func lastSerials(_ transfers: [Transfer]) -> [Int: Int64] {
        var serials: [Int: Int64] = [:]
        for transfer in transfers {
            serials[transfer.from] = transfer.serial
            serials[transfer.to] = transfer.serial
        }
        return serials
    }

    static func transaction(_ transfer: Transfer) -> BSONDocument {
        BSONDocument(capacity: 1_536) { writer in
            writer.append("_id", id("txn", transfer.serial))
            writer.append("type", "transfer")
            writer.append("status", "posted")
            writer.append("amount", Int64(100))
            writer.append("currency", "USD")
            writer.document("from") { appendParty(&$0, transfer.from) }
            writer.document("to") { appendParty(&$0, transfer.to) }
            writer.array("postings", [(transfer.from, -100), (transfer.to, 100)]) {
                array, key, side in
                array.document(key) { appendPosting(&$0, side.0, Int64(side.1), transfer.serial) }
            }
            writer.document("initiator") { initiator in
                initiator.append("customer", id("cus", transfer.from))
                initiator.append("authority", "customer")
            }
            writer.append("request", id("req", transfer.serial))
            writer.append("key", "\(id("cus", transfer.from))/\(padded(transfer.serial, 32))")
            writer.append("digest", bytes: [UInt8](repeating: 7, count: 32))
            writer.append("receivedAt", date: time)
            writer.append("committedAt", date: time)
            writer.append("parties", .strings(parties(transfer)))
            writer.document("block") { block in
                block.append("writer", id("wrt", 1))
                block.append("height", transfer.serial)
                block.append("index", Int64(1))
            }
        }
    }

    static func block(_ serial: Int64, count: Int) -> BSONDocument {
        BSONDocument(capacity: 256 + 48 * count) { writer in
            writer.append("_id", id("blk", serial))
            writer.append("writer", id("wrt", 1))
            writer.append("height", serial)
            writer.append("previous", bytes: [UInt8](repeating: 7, count: 32))
            writer.append("ids", bytes: [UInt8](repeating: 7, count: 16 * count))
            writer.append("hashes", bytes: [UInt8](repeating: 7, count: 32 * count))
            writer.append("count", Int64(count))
            writer.append("committedAt", date: time)
            writer.append("hash", bytes: [UInt8](repeating: 7, count: 32))
        }
    }

    private static let time: Int64 = 1_795_000_000_000

    private static func parties(_ transfer: Transfer) -> [String] {
        [
            id("acc", transfer.from), id("acc", transfer.to), id("cus", transfer.from),
            id("cus", transfer.to),
        ]
    }

    private static func appendChanging(_ writer: inout BSONWriter, seq: Int64) {
        writer.append("posted", Int64(500_000) + seq)
        writer.append("held", Int64(0))
        writer.append("overdraft", Int64(0))
        writer.append("debitDay", Int64(20_000))
        writer.append("debitTotal", Int64(100))
        writer.append("seq", seq)
        writer.append("updatedAt", date: time)
    }

    private static func appendParty(_ writer: inout BSONWriter, _ account: Int) {
        writer.append("account", id("acc", account))
        writer.append("number", padded(account, 12))
        writer.append("holder", "Customer \(padded(account, 6))")
        writer.append("customer", id("cus", account))
    }

    private static func appendPosting(
        _ writer: inout BSONWriter, _ account: Int, _ amount: Int64, _ seq: Int64
    ) {
        writer.append("account", id("acc", account))
        writer.append("customer", id("cus", account))
        writer.append("amount", amount)
        writer.append("heldChange", Int64(0))
        writer.append("balance", Int64(500_000))
        writer.append("held", Int64(0))
        writer.append("available", Int64(500_000))
        writer.append("seq", seq)
    }

    private static func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        String(unsafeUninitializedCapacity: width) { digits in
            var rest = UInt64(clamping: number)
            for place in digits.indices.reversed() {
                digits.initializeElement(at: place, to: UInt8(48 + rest % 10))
                rest /= 10
            }
            return width
        }
    }
}
