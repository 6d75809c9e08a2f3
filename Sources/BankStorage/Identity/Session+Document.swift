import BSON
import BankCore
import Ledger

/// Shape: `{_id, customer, createdAt, lastUsedAt, expiresAt, address, userAgent?,
/// refresh: {hash, former?, exchangedAt?}, revokedAt?, reason?}`. The documents of ended
/// sessions stay until they would have ended by themselves.
extension Session {
    init(document: BSONDocument) throws(BSONError) {
        self.init(
            id: try document.identifier("_id"), customerID: try document.identifier("customer"),
            createdAt: try document.time("createdAt"),
            lastUsedAt: try document.time("lastUsedAt"),
            expiresAt: try document.time("expiresAt"), address: try document.string("address"),
            userAgent: try document.optionalString("userAgent"))
    }

    func document(refresh: RefreshTokenHash) -> BSONDocument {
        BSONDocument(capacity: 384) { writer in
            writer.append("_id", id)
            writer.append("customer", customerID)
            writer.append("createdAt", createdAt)
            writer.append("lastUsedAt", lastUsedAt)
            writer.append("expiresAt", expiresAt)
            writer.append("address", address)
            writer.append("userAgent", ifAny: userAgent)
            writer.document("refresh") { $0.append("hash", bytes: refresh.bytes) }
        }
    }
}
