import BankAPI

/// The limits of `metadata`: a JSON object that the bank keeps and never reads.
enum MetadataLimit {
    static let textBytes = 4 * 1_024
    /// Members at all depths.
    static let keys = 50
    static let depth = 5
}

extension JSONFields {
    /// An object as canonical text: without spaces, keys in order.
    mutating func metadata(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        guard value.object != nil else {
            add(name, .wrongType, "A JSON object is expected.")
            return nil
        }
        var json = JSONWriter()
        json.value(value.withKeysInOrder)
        if json.bytes.count > MetadataLimit.textBytes {
            add(name, .tooLong, "At most \(MetadataLimit.textBytes) bytes of text are allowed.")
        } else if value.keysCount > MetadataLimit.keys {
            add(name, .tooMany, "At most \(MetadataLimit.keys) keys are allowed.")
        } else if value.depth > MetadataLimit.depth {
            add(name, .tooDeep, "At most \(MetadataLimit.depth) levels are allowed.")
        } else {
            return json.text
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var withKeysInOrder: JSONValue {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let elements): .array(elements.map(\.withKeysInOrder))
        case .object(let members):
            .object(
                members.sorted { $0.key < $1.key }.map {
                    JSONMember(key: $0.key, value: $0.value.withKeysInOrder)
                })
        }
    }

    fileprivate var keysCount: Int {
        switch self {
        case .null, .bool, .number, .string: 0
        case .array(let elements): elements.reduce(0) { $0 + $1.keysCount }
        case .object(let members): members.reduce(members.count) { $0 + $1.value.keysCount }
        }
    }
}
