/// Appends elements to one buffer; nested documents and arrays are written in place.
///
/// A NUL in a key would end the key early and let data pose as structure, so it is written as
/// U+FFFD. Strings may hold any text.
package struct BSONWriter {
    private var bytes: [UInt8]

    /// - Parameter capacity: the expected size in bytes.
    package init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
        _ = reserveLength()
    }

    /// The document with all that was appended.
    package consuming func finish() -> BSONDocument {
        close(from: 0)
        return BSONDocument(wellFormed: bytes[...])
    }

    // The commonest types have a method of their own, which boxes nothing.

    package mutating func append(_ key: String, _ value: String) {
        appendHeader(.string, key)
        appendString(value)
    }

    package mutating func append(_ key: String, _ value: Int64) {
        appendHeader(.int64, key)
        appendInteger(value)
    }

    package mutating func append(_ key: String, _ value: Bool) {
        appendHeader(.bool, key)
        bytes.append(value ? 1 : 0)
    }

    package mutating func append(_ key: String, _ value: BSONDocument) {
        appendHeader(.document, key)
        appendBytes(value.bytes)
    }

    /// - Parameter date: milliseconds since 1970.
    package mutating func append(_ key: String, date: Int64) {
        appendHeader(.date, key)
        appendInteger(date)
    }

    /// Plain bytes (binary, subtype 0).
    package mutating func append(_ key: String, bytes value: [UInt8]) {
        appendHeader(.binary, key)
        appendBinary(0, value)
    }

    package mutating func appendNull(_ key: String) {
        appendHeader(.null, key)
    }

    /// A nested document, written in place.
    @inlinable
    package mutating func document<E: Error>(
        _ key: String, _ write: (inout BSONWriter) throws(E) -> Void
    ) throws(E) {
        appendHeader(.document, key)
        let start = reserveLength()
        try write(&self)
        close(from: start)
    }

    /// A nested array with one element for each of `items`, written in place: `write` gets the
    /// element's key (its index) and appends exactly one value under it.
    @inlinable
    package mutating func array<Items: Sequence, E: Error>(
        _ key: String, _ items: Items,
        _ write: (inout BSONWriter, _ index: String, Items.Element) throws(E) -> Void
    ) throws(E) {
        appendHeader(.array, key)
        let start = reserveLength()
        var index = 0
        for item in items {
            try write(&self, String(index), item)
            index += 1
        }
        close(from: start)
    }

    // MARK: Parts

    @usableFromInline
    mutating func reserveLength() -> Int {
        let start = bytes.count
        appendInteger(UInt32(0))
        return start
    }

    /// Ends the document that began at `start`.
    @usableFromInline
    mutating func close(from start: Int) {
        bytes.append(0)
        patchLength(at: start)
    }

    /// Writes the number of bytes from `start` to the end over the four bytes at `start`.
    mutating func patchLength(at start: Int) {
        patch(UInt32(clamping: bytes.count - start), at: start)
    }

    @usableFromInline
    mutating func appendHeader(_ type: BSONType, _ key: String) {
        bytes.append(type.rawValue)
        appendCString(key)
    }

    mutating func appendCString(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if utf8.contains(0) {
                let parts = utf8.split(separator: 0, omittingEmptySubsequences: false)
                bytes.append(contentsOf: parts.joined(separator: "\u{FFFD}".utf8))
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(0)
    }

    mutating func appendString(_ text: String) {
        let start = reserveLength()
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
        patch(UInt32(clamping: bytes.count - start - 4), at: start)
    }

    mutating func appendBinary(_ subtype: UInt8, _ value: [UInt8]) {
        appendInteger(UInt32(clamping: value.count))
        bytes.append(subtype)
        bytes.append(contentsOf: value)
    }

    mutating func appendInteger(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func appendByte(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func appendBytes(_ value: ArraySlice<UInt8>) {
        bytes.append(contentsOf: value)
    }

    private mutating func patch(_ length: UInt32, at start: Int) {
        for place in 0..<4 {
            bytes[start + place] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(place)))
        }
    }
}
