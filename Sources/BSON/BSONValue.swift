/// A value of a document. Every type of BSON 1.1 has its case, so that whatever a server may
/// send can be read.
package indirect enum BSONValue: Hashable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([BSONValue])
    case binary(subtype: UInt8, bytes: [UInt8])
    case undefined
    case objectID(BSONObjectID)
    case bool(Bool)
    /// Milliseconds since 1970-01-01T00:00:00Z.
    case date(Int64)
    case null
    case regex(pattern: String, options: String)
    case dbPointer(namespace: String, id: BSONObjectID)
    case code(String)
    case symbol(String)
    case codeWithScope(String, scope: BSONDocument)
    case int32(Int32)
    case timestamp(BSONTimestamp)
    case int64(Int64)
    case decimal128(BSONDecimal128)
    case minKey
    case maxKey

    /// Plain bytes (binary, subtype 0).
    package static func bytes(_ bytes: [UInt8]) -> BSONValue {
        .binary(subtype: 0, bytes: bytes)
    }

    /// An array of texts.
    package static func strings(_ strings: some Sequence<String>) -> BSONValue {
        .array(strings.map { .string($0) })
    }

    /// An array of documents.
    package static func documents(_ documents: some Sequence<BSONDocument>) -> BSONValue {
        .array(documents.map { .document($0) })
    }
}

/// Twelve bytes that name a document where nobody chose an `_id`.
package struct BSONObjectID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    package let high: UInt64
    /// The last four bytes, big-endian.
    package let low: UInt32

    package init(high: UInt64, low: UInt32) {
        self.high = high
        self.low = low
    }
}

/// A place in MongoDB's operation log: seconds since 1970 and a counter within the second.
package struct BSONTimestamp: Hashable, Sendable, Comparable {
    package let seconds: UInt32
    package let increment: UInt32

    package init(seconds: UInt32, increment: UInt32) {
        self.seconds = seconds
        self.increment = increment
    }

    package static func < (left: BSONTimestamp, right: BSONTimestamp) -> Bool {
        (left.seconds, left.increment) < (right.seconds, right.increment)
    }
}

/// An IEEE 754-2008 128-bit decimal, uninterpreted.
package struct BSONDecimal128: Hashable, Sendable {
    package let low: UInt64
    package let high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

extension BSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    /// Integer literals are 64-bit values.
    package init(integerLiteral value: Int64) { self = .int64(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: BSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, BSONValue)...) {
        self = .document(BSONDocument(elements))
    }
}
