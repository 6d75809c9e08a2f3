/// Why a document could not be read. Carries names of fields, never their values.
package enum BSONError: Error, Hashable, Sendable {
    /// The document has no such field (or it is null, where a value is needed).
    case missing(field: String)
    /// The field is there, but its type is another one.
    case type(field: String)
    /// The bytes are not BSON: a length out of bounds, an unknown type byte, text that isn't
    /// UTF-8, nesting deeper than `BSONDocument.depthMax`.
    case malformed
}

extension BSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let field): "the document has no field \(field)"
        case .type(let field): "the field \(field) has an unexpected type"
        case .malformed: "the bytes are not a BSON document"
        }
    }
}
