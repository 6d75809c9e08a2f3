import BSON
import CMongoC

extension BSONDocument {
    /// Lends the bytes to a call of the driver.
    func withBytes<R>(_ body: (teller_bytes) -> R) -> R {
        bytes.withUnsafeBufferPointer { buffer in
            body(
                teller_bytes(
                    data: buffer.baseAddress, length: UInt32(clamping: buffer.count)))
        }
    }

    /// A copy of a document the driver lends.
    init(copying lent: teller_bytes, operation: String) throws(MongoError) {
        let buffer = UnsafeBufferPointer(start: lent.data, count: Int(lent.length))
        do {
            try self.init(Array(buffer))
        } catch {
            throw MongoError(.bug, operation: operation)
        }
    }
}

/// What a call brought; frees the driver's memory.
struct Reply: ~Copyable {
    var raw = teller_reply()

    /// The server's reply, if there was one and it is a document.
    var document: BSONDocument? {
        guard let data = raw.data, raw.length > 0 else { return nil }
        return try? BSONDocument(
            Array(UnsafeBufferPointer(start: data, count: Int(raw.length))))
    }

    func error(_ operation: String) -> MongoError {
        MongoError(operation: operation, reply: document, failure: raw.error)
    }

    deinit {
        bson_free(raw.data)
    }
}
