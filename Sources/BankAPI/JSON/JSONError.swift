/// Why bytes are no acceptable JSON text.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        case empty = "The text is empty."
        case syntax = "The text is not JSON."
        case trailingData = "Something follows the JSON text."
        case byteOrderMark = "The text begins with a byte order mark."
        case invalidUTF8 = "A string is not valid UTF-8."
        case loneSurrogate = "A string has half of a surrogate pair."
        case nul = "A string has the character NUL."
        case controlCharacter = "A string has an unescaped control character."
        case duplicateKey = "A key stands twice in one object."
        case tooDeep = "Arrays and objects are nested too deep."
    }

    package let reason: Reason
    /// Bytes before the fault.
    package let offset: Int
    /// JSON pointer (RFC 6901) to the value that holds the fault.
    package private(set) var pointer: String

    init(_ reason: Reason, offset: Int, pointer: String = "") {
        self.reason = reason
        self.offset = offset
        self.pointer = pointer
    }

    /// The same fault seen from the object or array around it.
    func inside(_ token: some CustomStringConvertible) -> JSONError {
        let token = JSONPointer.escaped(String(describing: token))
        return JSONError(reason, offset: offset, pointer: "/\(token)\(pointer)")
    }
}

/// JSON pointer, RFC 6901.
package enum JSONPointer {
    /// `~` and `/` escaped.
    package static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else { return token }
        return token.reduce(into: "") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }
}
