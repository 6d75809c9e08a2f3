package import BSON
package import Ledger

// The ledger's values in documents: identifiers and codes as texts, times as dates. A text that
// is none of its kind is a field of a wrong type.

extension BSONDocument {
    package func identifier<Kind>(
        _ field: String, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) throws(BSONError) -> Identifier<Kind> {
        try value(field, Identifier(try string(field)))
    }

    package func optionalIdentifier<Kind>(
        _ field: String, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) throws(BSONError) -> Identifier<Kind>? {
        guard let text = try optionalString(field) else { return nil }
        return try value(field, Identifier(text))
    }

    /// An enumeration by its raw value.
    package func code<Code: RawRepresentable<String>>(
        _ field: String, _: Code.Type = Code.self
    ) throws(BSONError) -> Code {
        try value(field, Code(rawValue: try string(field)))
    }

    package func optionalCode<Code: RawRepresentable<String>>(
        _ field: String, _: Code.Type = Code.self
    ) throws(BSONError) -> Code? {
        guard let text = try optionalString(field) else { return nil }
        return try value(field, Code(rawValue: text))
    }

    package func currency(_ field: String) throws(BSONError) -> Currency {
        try value(field, Currency(try string(field)))
    }

    package func time(_ field: String) throws(BSONError) -> Timestamp {
        Timestamp(milliseconds: try date(field))
    }

    package func optionalTime(_ field: String) throws(BSONError) -> Timestamp? {
        try optionalDate(field).map { Timestamp(milliseconds: $0) }
    }

    func value<Value>(_ field: String, _ value: Value?) throws(BSONError) -> Value {
        guard let value else { throw .type(field: field) }
        return value
    }
}

extension BSONWriter {
    package mutating func append<Kind>(_ key: String, _ identifier: Identifier<Kind>) {
        append(key, identifier.description)
    }

    package mutating func append(_ key: String, _ time: Timestamp) {
        append(key, date: time.milliseconds)
    }

    /// Nothing is written for nil.
    package mutating func append<Kind>(_ key: String, ifAny identifier: Identifier<Kind>?) {
        if let identifier { append(key, identifier) }
    }

    package mutating func append(_ key: String, ifAny text: String?) {
        if let text { append(key, text) }
    }

    package mutating func append(_ key: String, ifAny number: Int64?) {
        if let number { append(key, number) }
    }
}

extension BSONValue {
    package static func identifier<Kind>(_ identifier: Identifier<Kind>) -> BSONValue {
        .string(identifier.description)
    }

    package static func time(_ time: Timestamp) -> BSONValue { .date(time.milliseconds) }
}

extension BSONFields {
    mutating func identifier<Kind>(
        _ field: StaticString, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) throws(BSONError) -> Identifier<Kind> {
        try required(field, optionalIdentifier(field))
    }

    mutating func optionalIdentifier<Kind>(
        _ field: StaticString, _: Identifier<Kind>.Type = Identifier<Kind>.self
    ) throws(BSONError) -> Identifier<Kind>? {
        guard let text = try optionalUTF8(field) else { return nil }
        guard let identifier = Identifier<Kind>(utf8: text) else {
            throw .type(field: field.description)
        }
        return identifier
    }

    /// An enumeration by its raw value.
    mutating func code<Code: RawRepresentable<String>>(
        _ field: StaticString, _: Code.Type = Code.self
    ) throws(BSONError) -> Code {
        try required(field, optionalCode(field))
    }

    mutating func optionalCode<Code: RawRepresentable<String>>(
        _ field: StaticString, _: Code.Type = Code.self
    ) throws(BSONError) -> Code? {
        guard let text = try optionalString(field) else { return nil }
        guard let code = Code(rawValue: text) else { throw .type(field: field.description) }
        return code
    }

    mutating func currency(_ field: StaticString) throws(BSONError) -> Currency {
        guard let currency = Currency(utf8: try required(field, optionalUTF8(field))) else {
            throw .type(field: field.description)
        }
        return currency
    }

    mutating func time(_ field: StaticString) throws(BSONError) -> Timestamp {
        Timestamp(milliseconds: try date(field))
    }

    mutating func optionalTime(_ field: StaticString) throws(BSONError) -> Timestamp? {
        try optionalDate(field).map { Timestamp(milliseconds: $0) }
    }
}
