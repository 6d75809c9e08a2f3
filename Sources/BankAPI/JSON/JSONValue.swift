/// A JSON text as it was read (RFC 8259).
///
/// Numbers keep their literal: `1`, `1.0` and `1e0` are different here, because an amount is
/// written without fraction or exponent. Objects keep the order of their members; their keys
/// are unique, the parser sees to that.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
}

package struct JSONMember: Hashable, Sendable {
    package let key: String
    package let value: JSONValue

    package init(key: String, value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue {
    /// The member of an object; nil for what is no object or has no such key.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The number if it is an integer literal that fits: no fraction, no exponent, no `-0`.
    package var integer: Int64? {
        guard case .number(let literal) = self, literal != "-0" else { return nil }
        return Int64(literal)
    }

    /// How deep arrays and objects are nested: 0 for a scalar, 1 for `{}`.
    package var depth: Int {
        switch self {
        case .null, .bool, .number, .string: 0
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        }
    }
}
