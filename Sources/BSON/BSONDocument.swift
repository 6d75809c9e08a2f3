/// A document as its bytes: reading walks them and copies only what is asked for.
///
/// A nested document shares the bytes of the one it was read from. All reading is checked
/// against the bounds: bytes that aren't BSON give `BSONError.malformed`, wherever the fault is.
package struct BSONDocument: Sendable {
    /// The whole document, from its length to its closing zero byte.
    package let bytes: ArraySlice<UInt8>

    /// How deep documents and arrays may be nested: the server's own limit.
    package static let depthMax = 100

    /// The document that these bytes are; of its contents only the outer frame is looked at.
    package init(_ bytes: ArraySlice<UInt8>) throws(BSONError) {
        guard bytes.count >= 5, bytes.last == 0,
            Self.length(at: bytes.startIndex, in: bytes) == bytes.count
        else { throw .malformed }
        self.bytes = bytes
    }

    package init(_ bytes: [UInt8]) throws(BSONError) {
        try self.init(bytes[...])
    }

    /// Bytes of a writer, or of a frame that was checked.
    init(wellFormed bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// An empty document.
    package init() {
        self = BSONWriter(capacity: 5).finish()
    }

    /// The elements in this order.
    package init(_ elements: some Sequence<(String, BSONValue)>) {
        var writer = BSONWriter()
        for (key, value) in elements {
            writer.append(key, value)
        }
        self = writer.finish()
    }

    /// The document that `write` writes.
    @inlinable
    package init<E: Error>(
        capacity: Int = 256, _ write: (inout BSONWriter) throws(E) -> Void
    ) throws(E) {
        var writer = BSONWriter(capacity: capacity)
        try write(&writer)
        self = writer.finish()
    }

    /// True if there is no element.
    package var isEmpty: Bool { bytes.count == 5 }

    private static func length(at index: Int, in bytes: ArraySlice<UInt8>) -> Int {
        var length: UInt32 = 0
        for place in 0..<4 {
            length |= UInt32(bytes[index + place]) << (8 * UInt32(place))
        }
        return Int(length)
    }
}

extension BSONDocument: Hashable {
    package static func == (left: BSONDocument, right: BSONDocument) -> Bool {
        left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}

extension BSONDocument: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, BSONValue)...) {
        self.init(elements)
    }
}
