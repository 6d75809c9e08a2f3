extension BSONWriter {
    /// Appends any value.
    package mutating func append(_ key: String, _ value: BSONValue) {
        appendHeader(value.type, key)
        switch value {
        case .double(let value): appendInteger(value.bitPattern)
        case .string(let text), .code(let text), .symbol(let text): appendString(text)
        case .document(let document): appendBytes(document.bytes)
        case .array(let values): appendElements(values)
        case .binary(let subtype, let value): appendBinary(subtype, value)
        case .undefined, .null, .minKey, .maxKey: break
        case .objectID(let id): appendObjectID(id)
        case .bool(let value): appendByte(value ? 1 : 0)
        case .date(let milliseconds): appendInteger(milliseconds)
        case .regex(let pattern, let options):
            appendCString(pattern)
            appendCString(options)
        case .dbPointer(let namespace, let id):
            appendString(namespace)
            appendObjectID(id)
        case .codeWithScope(let code, let scope):
            let start = reserveLength()
            appendString(code)
            appendBytes(scope.bytes)
            patchLength(at: start)
        case .int32(let value): appendInteger(value)
        case .timestamp(let timestamp):
            appendInteger(timestamp.increment)
            appendInteger(timestamp.seconds)
        case .int64(let value): appendInteger(value)
        case .decimal128(let decimal):
            appendInteger(decimal.low)
            appendInteger(decimal.high)
        }
    }

    private mutating func appendElements(_ values: [BSONValue]) {
        let start = reserveLength()
        for (index, value) in values.enumerated() {
            append(String(index), value)
        }
        close(from: start)
    }

    private mutating func appendObjectID(_ id: BSONObjectID) {
        appendInteger(id.high.byteSwapped)
        appendInteger(id.low.byteSwapped)
    }
}

extension BSONValue {
    /// The type byte this value has in a document.
    package var type: BSONType {
        switch self {
        case .double: .double
        case .string: .string
        case .document: .document
        case .array: .array
        case .binary: .binary
        case .undefined: .undefined
        case .objectID: .objectID
        case .bool: .bool
        case .date: .date
        case .null: .null
        case .regex: .regex
        case .dbPointer: .dbPointer
        case .code: .code
        case .symbol: .symbol
        case .codeWithScope: .codeWithScope
        case .int32: .int32
        case .timestamp: .timestamp
        case .int64: .int64
        case .decimal128: .decimal128
        case .minKey: .minKey
        case .maxKey: .maxKey
        }
    }
}
