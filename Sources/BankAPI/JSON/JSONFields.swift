import Ledger

/// A fault of one field of a request: where, what, and a sentence about it.
package struct FieldFault: Error, Hashable, Sendable {
    /// JSON pointer into the body (`/amount`), or `?limit` for a query parameter.
    package let pointer: String
    package let code: FieldFaultCode
    package let detail: String

    package init(pointer: String, code: FieldFaultCode, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}

/// The particular codes inside `errors` of a 400 `validation_failed`.
package enum FieldFaultCode: String, Hashable, Sendable, CaseIterable {
    case required
    case unknownField = "unknown_field"
    case unknownParameter = "unknown_parameter"
    case duplicateParameter = "duplicate_parameter"
    case wrongType = "wrong_type"
    case tooLong = "too_long"
    case tooShort = "too_short"
    case tooMany = "too_many"
    case tooDeep = "too_deep"
    case outOfRange = "out_of_range"
    case invalidJSON = "invalid_json"
    case duplicateKey = "duplicate_key"
    case invalidText = "invalid_text"
    case invalidAmount = "invalid_amount"
    case invalidCurrency = "invalid_currency"
    case invalidIdentifier = "invalid_identifier"
    case invalidAccount = "invalid_account"
    case invalidEmail = "invalid_email"
    case invalidPhone = "invalid_phone"
    case invalidDate = "invalid_date"
    case invalidCursor = "invalid_cursor"
    case invalidValue = "invalid_value"
}

/// Reads the fields of a JSON object and collects every fault on the way.
///
/// A `null` for an optional field is the same as leaving it out. ``finish()`` reports what was
/// never asked for as unknown. A nil from a `required…` reader always stands for a fault.
package struct JSONFields {
    package private(set) var faults: [FieldFault] = []
    private let members: [JSONMember]
    private let pointer: String
    private var known: [String] = []

    /// `value` must be an object, else it has the one fault of being none.
    package init(_ value: JSONValue, pointer: String = "") {
        self.pointer = pointer
        self.members = value.object ?? []
        if value.object == nil {
            add("", .wrongType, "A JSON object is expected.")
        }
    }

    package mutating func add(_ name: String, _ code: FieldFaultCode, _ detail: String) {
        let path = name.isEmpty ? pointer : "\(pointer)/\(JSONPointer.escaped(name))"
        faults.append(FieldFault(pointer: path, code: code, detail: detail))
    }

    package mutating func add(_ faults: [FieldFault]) { self.faults += faults }

    /// The field's value; nil when it is missing or null.
    package mutating func value(_ name: String) -> JSONValue? {
        known.append(name)
        guard let value = members.first(where: { $0.key == name })?.value, value != .null else {
            return nil
        }
        return value
    }

    package mutating func requiredValue(_ name: String) -> JSONValue? {
        if let value = value(name) { return value }
        add(name, .required, "This field is required.")
        return nil
    }

    /// Text of `bytes` UTF-8 bytes.
    package mutating func string(_ name: String, bytes: ClosedRange<Int>) -> String? {
        value(name).flatMap { check($0, name, bytes) }
    }

    package mutating func requiredString(_ name: String, bytes: ClosedRange<Int>) -> String? {
        requiredValue(name).flatMap { check($0, name, bytes) }
    }

    private mutating func check(
        _ value: JSONValue, _ name: String, _ bytes: ClosedRange<Int>
    ) -> String? {
        guard let text = value.string else {
            add(name, .wrongType, "A string is expected.")
            return nil
        }
        let count = text.utf8.count
        if count < bytes.lowerBound {
            add(name, .tooShort, "At least \(bytes.lowerBound) bytes are expected.")
        } else if count > bytes.upperBound {
            add(name, .tooLong, "At most \(bytes.upperBound) bytes are allowed.")
        } else if text.utf8.contains(0) {
            add(name, .invalidText, "The character NUL is not allowed.")
        } else {
            return text
        }
        return nil
    }

    package mutating func bool(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        if let flag = value.bool { return flag }
        add(name, .wrongType, "true or false is expected.")
        return nil
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integer else {
            add(name, .wrongType, "An integer without fraction or exponent is expected.")
            return nil
        }
        guard range.contains(integer) else {
            add(
                name, .outOfRange,
                "A value from \(range.lowerBound) to \(range.upperBound) is expected.")
            return nil
        }
        return integer
    }

    package mutating func requiredInteger(
        _ name: String, in range: ClosedRange<Int64>
    ) -> Int64? {
        guard requiredValue(name) != nil else { return nil }
        return integer(name, in: range)
    }

    /// Minor units, 1…2^53−1, written without fraction or exponent.
    package mutating func requiredAmount(_ name: String) -> Int64? {
        guard let value = requiredValue(name) else { return nil }
        if let amount = value.integer, (1...Money.minorUnitsMax).contains(amount) { return amount }
        add(
            name, .invalidAmount,
            "An integer of minor units from 1 to \(Money.minorUnitsMax) is expected, "
                + "without fraction or exponent.")
        return nil
    }

    /// One of the words of an enumeration.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _: Choice.Type = Choice.self
    ) -> Choice? {
        guard let value = value(name) else { return nil }
        if let choice = value.string.flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        add(name, .invalidValue, "One of these is expected: \(words).")
        return nil
    }

    /// Reports the fields nobody asked for, and returns all faults.
    package mutating func finish() -> [FieldFault] {
        for member in members where !known.contains(member.key) {
            add(member.key, .unknownField, "This field is not known.")
        }
        return faults
    }
}
