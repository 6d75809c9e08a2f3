package import BSON

/// Files in a database, in pieces: `NAME.files` and `NAME.chunks`.
///
/// A file is there once its document is, which is written last, by the caller's transaction if
/// it likes; pieces without one are nothing, and go away with ``expiry``.
/// Source: github.com/mongodb/specifications, gridfs-spec.
package struct GridFSBucket: Sendable {
    /// Bytes of a piece; the last may have fewer. The specification's default.
    package static let chunkBytes = 255 * 1_024

    package let files: String
    package let chunks: String

    package init(_ name: String) {
        files = name + ".files"
        chunks = name + ".chunks"
    }

    package static let fileIndexes = [
        MongoIndex("filename", keys: ["filename": 1, "uploadDate": 1]), expiry,
    ]
    package static let chunkIndexes = [
        MongoIndex("file", keys: ["files_id": 1, "n": 1], unique: true), expiry,
    ]
    /// Not of the specification: each piece and file goes away at its own time.
    private static let expiry = MongoIndex(
        "expiry", keys: ["expiresAt": 1], expiresAfter: .zero)

    /// Makes the collections and indexes where they are missing.
    package func prepare(_ connection: borrowing MongoConnection) throws(MongoError) {
        try connection.ensureCollection(files)
        try connection.ensureCollection(chunks)
        try connection.createIndexes(files, Self.fileIndexes)
        try connection.createIndexes(chunks, Self.chunkIndexes)
    }

    /// Writes piece `number` of a file, from 0.
    ///
    /// - Parameter expiresAt: milliseconds since 1970.
    package func write(
        _ bytes: [UInt8], file: String, number: Int, expiresAt: Int64,
        _ connection: borrowing MongoConnection
    ) throws(MongoError) {
        let chunk = BSONDocument(capacity: bytes.count + 128) { chunk in
            chunk.append("_id", "\(file)/\(number)")
            chunk.append("files_id", file)
            chunk.append("n", .int32(Int32(clamping: number)))
            chunk.append("data", bytes: bytes)
            chunk.append("expiresAt", date: expiresAt)
        }
        try connection.insertOne(chunks, chunk)
    }

    /// The document that makes the pieces a file: to be inserted into ``files``.
    ///
    /// - Parameters:
    ///   - length: of all pieces together, in bytes.
    ///   - uploadedAt, expiresAt: milliseconds since 1970.
    package func document(
        file: String, name: String, length: Int64, uploadedAt: Int64, expiresAt: Int64
    ) -> BSONDocument {
        BSONDocument { document in
            document.append("_id", file)
            document.append("length", length)
            document.append("chunkSize", .int32(Int32(clamping: Self.chunkBytes)))
            document.append("uploadDate", date: uploadedAt)
            document.append("filename", name)
            document.append("expiresAt", date: expiresAt)
        }
    }

    /// Piece `number` of a file; nil if there is none.
    package func chunk(
        _ file: String, number: Int, _ connection: borrowing MongoConnection
    ) throws -> [UInt8]? {
        try connection.findOne(
            chunks, ["files_id": .string(file), "n": .int32(Int32(clamping: number))]
        )?.bytes("data")
    }

    /// Deletes the pieces of a file that was never finished.
    package func removeChunks(
        of file: String, _ connection: borrowing MongoConnection
    ) throws(MongoError) {
        try connection.deleteMany(chunks, ["files_id": .string(file)])
    }
}
