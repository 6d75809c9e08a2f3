// Typed fields. Each comes twice: `string("a")` throws `.missing` where there is no value,
// `optionalString("a")` gives nil there (no field, or null). Another type throws `.type`.

extension BSONDocument {
    package func string(_ field: String) throws(BSONError) -> String {
        try required(field, optionalString(field))
    }

    package func optionalString(_ field: String) throws(BSONError) -> String? {
        guard let place = try find(field, of: .string) else { return nil }
        return try text(place.value)
    }

    /// A 32-bit or 64-bit integer.
    package func int64(_ field: String) throws(BSONError) -> Int64 {
        try required(field, optionalInt64(field))
    }

    package func optionalInt64(_ field: String) throws(BSONError) -> Int64? {
        guard let place = try find(field, of: .int64, or: .int32) else { return nil }
        let start = place.value.lowerBound
        return place.type == .int64 ? bytes.int64(at: start) : Int64(bytes.int32(at: start))
    }

    /// Any of the number types; 64-bit integers are rounded to the nearest value.
    package func double(_ field: String) throws(BSONError) -> Double {
        try required(field, optionalDouble(field))
    }

    package func optionalDouble(_ field: String) throws(BSONError) -> Double? {
        guard let place = try findValue(field) else { return nil }
        switch try decode(place, depth: 1) {
        case .double(let value): return value
        case .int32(let value): return Double(value)
        case .int64(let value): return Double(value)
        default: throw .type(field: field)
        }
    }

    package func bool(_ field: String) throws(BSONError) -> Bool {
        try required(field, optionalBool(field))
    }

    package func optionalBool(_ field: String) throws(BSONError) -> Bool? {
        guard let place = try find(field, of: .bool) else { return nil }
        return bytes[place.value.lowerBound] != 0
    }

    /// Milliseconds since 1970.
    package func date(_ field: String) throws(BSONError) -> Int64 {
        try required(field, optionalDate(field))
    }

    package func optionalDate(_ field: String) throws(BSONError) -> Int64? {
        guard let place = try find(field, of: .date) else { return nil }
        return bytes.int64(at: place.value.lowerBound)
    }

    /// The contents of a binary value of any subtype.
    package func bytes(_ field: String) throws(BSONError) -> [UInt8] {
        try required(field, optionalBytes(field))
    }

    package func optionalBytes(_ field: String) throws(BSONError) -> [UInt8]? {
        guard let place = try find(field, of: .binary) else { return nil }
        return binary(place.value)
    }

    package func objectID(_ field: String) throws(BSONError) -> BSONObjectID {
        try required(field, optionalObjectID(field))
    }

    package func optionalObjectID(_ field: String) throws(BSONError) -> BSONObjectID? {
        guard let place = try find(field, of: .objectID) else { return nil }
        return objectID(at: place.value.lowerBound)
    }

    package func timestamp(_ field: String) throws(BSONError) -> BSONTimestamp {
        try required(field, optionalTimestamp(field))
    }

    package func optionalTimestamp(_ field: String) throws(BSONError) -> BSONTimestamp? {
        guard let place = try find(field, of: .timestamp) else { return nil }
        return timestamp(at: place.value.lowerBound)
    }

    // MARK: Finding

    func required<T>(_ field: String, _ value: T?) throws(BSONError) -> T {
        guard let value else { throw .missing(field: field) }
        return value
    }

    /// The field, unless it isn't there or is null.
    func findValue(_ field: String) throws(BSONError) -> ElementPlace? {
        guard let place = try find(field), place.type != .null else { return nil }
        return place
    }

    func find(
        _ field: String, of type: BSONType, or other: BSONType? = nil
    ) throws(BSONError) -> ElementPlace? {
        guard let place = try findValue(field) else { return nil }
        guard place.type == type || place.type == other else { throw .type(field: field) }
        return place
    }
}
