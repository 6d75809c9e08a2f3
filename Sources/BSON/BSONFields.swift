/// A document's fields, read in about the order in which they were written.
///
/// One walk finds every element; each look begins where the last one ended, so that a document
/// with many fields is read in one pass. Reading the same fields by `BSONDocument`'s own
/// methods, each of which begins at the front, takes several times as long.
package struct BSONFields {
    package let document: BSONDocument
    private var places: [ElementPlace] = []
    private var position = 0

    package init(_ document: BSONDocument) throws(BSONError) {
        self.document = document
        places.reserveCapacity(24)
        var walker = ElementWalker(document)
        while let place = try walker.next() { places.append(place) }
    }

    package mutating func string(_ field: StaticString) throws(BSONError) -> String {
        try required(field, optionalString(field))
    }

    package mutating func optionalString(_ field: StaticString) throws(BSONError) -> String? {
        guard let place = try find(field, .string) else { return nil }
        return try document.text(place.value)
    }

    /// A 32-bit or 64-bit integer.
    package mutating func int64(_ field: StaticString) throws(BSONError) -> Int64 {
        try required(field, optionalInt64(field))
    }

    package mutating func optionalInt64(_ field: StaticString) throws(BSONError) -> Int64? {
        guard let place = try find(field, .int64, or: .int32) else { return nil }
        let start = place.value.lowerBound
        return place.type == .int64
            ? document.bytes.int64(at: start) : Int64(document.bytes.int32(at: start))
    }

    /// Milliseconds since 1970.
    package mutating func date(_ field: StaticString) throws(BSONError) -> Int64 {
        try required(field, optionalDate(field))
    }

    package mutating func optionalDate(_ field: StaticString) throws(BSONError) -> Int64? {
        guard let place = try find(field, .date) else { return nil }
        return document.bytes.int64(at: place.value.lowerBound)
    }

    package mutating func optionalBytes(_ field: StaticString) throws(BSONError) -> [UInt8]? {
        guard let place = try find(field, .binary) else { return nil }
        return document.binary(place.value)
    }

    package mutating func document(_ field: StaticString) throws(BSONError) -> BSONDocument {
        guard let place = try find(field, .document) else {
            throw .missing(field: field.description)
        }
        return try document.nested(place.value)
    }

    /// An array of nothing but documents; empty where there is none.
    package mutating func documents(_ field: StaticString) throws(BSONError) -> [BSONDocument] {
        guard let place = try find(field, .array) else { return [] }
        let array = try document.nested(place.value)
        var documents: [BSONDocument] = []
        var walker = ElementWalker(array)
        while let item = try walker.next() {
            guard item.type == .document else { throw .type(field: field.description) }
            documents.append(try array.nested(item.value))
        }
        return documents
    }

    /// A text's bytes, without a string in between.
    package mutating func optionalUTF8(
        _ field: StaticString
    ) throws(BSONError) -> ArraySlice<UInt8>? {
        guard let place = try find(field, .string) else { return nil }
        let range = place.value
        guard range.count >= 5 else { throw .malformed }
        return document.bytes[(range.lowerBound + 4)..<(range.upperBound - 1)]
    }

    // MARK: Finding

    @inlinable
    package func required<Value>(
        _ field: StaticString, _ value: Value?
    ) throws(BSONError) -> Value {
        guard let value else { throw .missing(field: field.description) }
        return value
    }

    private mutating func find(
        _ field: StaticString, _ type: BSONType, or other: BSONType? = nil
    ) throws(BSONError) -> ElementPlace? {
        guard let place = find(field), place.type != .null else { return nil }
        guard place.type == type || place.type == other else {
            throw .type(field: field.description)
        }
        return place
    }

    /// From the position to the end, then from the front.
    private mutating func find(_ field: StaticString) -> ElementPlace? {
        for offset in 0..<places.count {
            let index = (position + offset) % places.count
            if isKey(field, places[index].key) {
                position = index + 1
                return places[index]
            }
        }
        return nil
    }

    private func isKey(_ field: StaticString, _ key: Range<Int>) -> Bool {
        guard key.count == field.utf8CodeUnitCount else { return false }
        return field.withUTF8Buffer { document.bytes[key].elementsEqual($0) }
    }
}
