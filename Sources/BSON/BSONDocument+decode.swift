extension BSONDocument {
    /// The element's value; its place was found by an `ElementWalker` of this document.
    func decode(_ place: ElementPlace, depth: Int) throws(BSONError) -> BSONValue {
        let start = place.value.lowerBound
        switch place.type {
        case .double: return .double(Double(bitPattern: bytes.unsigned(at: start)))
        case .string: return .string(try text(place.value))
        case .document: return .document(try nested(place.value))
        case .array: return .array(try nested(place.value).values(depth: depth + 1))
        case .binary:
            return .binary(subtype: bytes[start + 4], bytes: binary(place.value))
        case .undefined: return .undefined
        case .objectID: return .objectID(objectID(at: start))
        case .bool: return .bool(bytes[start] != 0)
        case .date: return .date(bytes.int64(at: start))
        case .null: return .null
        case .regex: return try regex(place.value)
        case .dbPointer:
            let id = place.value.upperBound - 12
            return .dbPointer(namespace: try text(start..<id), id: objectID(at: id))
        case .code: return .code(try text(place.value))
        case .symbol: return .symbol(try text(place.value))
        case .codeWithScope: return try codeWithScope(place.value)
        case .int32: return .int32(bytes.int32(at: start))
        case .timestamp: return .timestamp(timestamp(at: start))
        case .int64: return .int64(bytes.int64(at: start))
        case .decimal128:
            return .decimal128(
                BSONDecimal128(
                    low: bytes.unsigned(at: start), high: bytes.unsigned(at: start + 8)))
        case .minKey: return .minKey
        case .maxKey: return .maxKey
        }
    }

    /// The values of all elements, arrays in them decoded too.
    func values(depth: Int) throws(BSONError) -> [BSONValue] {
        guard depth <= Self.depthMax else { throw .malformed }
        var values: [BSONValue] = []
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            values.append(try decode(place, depth: depth))
        }
        return values
    }

    func nested(_ range: Range<Int>) throws(BSONError) -> BSONDocument {
        try BSONDocument(bytes[range])
    }

    /// A text with its length before it and a zero byte behind it.
    func text(_ range: Range<Int>) throws(BSONError) -> String {
        let contents = range.lowerBound + 4
        let end = range.upperBound - 1
        guard end >= contents, bytes[end] == 0,
            Int(bytes.int32(at: range.lowerBound)) == range.upperBound - contents,
            let text = String(validating: bytes[contents..<end], as: UTF8.self)
        else { throw .malformed }
        return text
    }

    /// A text without its zero byte: a key.
    func cString(_ range: Range<Int>) throws(BSONError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .malformed }
        return text
    }

    /// The contents of a binary value. The old subtype 2 has a second length in front.
    func binary(_ range: Range<Int>) -> [UInt8] {
        Array(bytes[(range.lowerBound + 5)..<range.upperBound])
    }

    func objectID(at start: Int) -> BSONObjectID {
        let high: UInt64 = bytes.unsigned(at: start)
        let low: UInt32 = bytes.unsigned(at: start + 8)
        return BSONObjectID(high: high.byteSwapped, low: low.byteSwapped)
    }

    func timestamp(at start: Int) -> BSONTimestamp {
        BSONTimestamp(
            seconds: bytes.unsigned(at: start + 4), increment: bytes.unsigned(at: start))
    }

    private func regex(_ range: Range<Int>) throws(BSONError) -> BSONValue {
        guard let patternEnd = bytes[range].firstIndex(of: 0), patternEnd + 1 < range.upperBound
        else { throw .malformed }
        return .regex(
            pattern: try cString(range.lowerBound..<patternEnd),
            options: try cString((patternEnd + 1)..<(range.upperBound - 1)))
    }

    /// Total length, text, document.
    private func codeWithScope(_ range: Range<Int>) throws(BSONError) -> BSONValue {
        let textStart = range.lowerBound + 4
        let textLength = Int(bytes.int32(at: textStart))
        guard textLength >= 1, textLength <= range.upperBound - textStart - 4 - 5 else {
            throw .malformed
        }
        let scopeStart = textStart + 4 + textLength
        return .codeWithScope(
            try text(textStart..<scopeStart), scope: try nested(scopeStart..<range.upperBound))
    }
}
