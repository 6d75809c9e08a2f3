extension FieldFaultCode {
    /// What is wrong, in a sentence: for docs/errors.md. `detail` says more in each case.
    package var meaning: String {
        switch self {
        case .required: "The field must be there."
        case .unknownField: "There is no such field here."
        case .unknownParameter: "There is no such query parameter here."
        case .duplicateParameter: "A query parameter stands twice."
        case .wrongType: "Another JSON type is expected."
        case .tooLong: "The text has too many bytes."
        case .tooShort: "The text has too few bytes."
        case .tooMany: "There are too many entries."
        case .tooDeep: "The JSON is nested too deeply."
        case .outOfRange: "The number is too small or too large."
        case .invalidJSON: "The body is no JSON."
        case .duplicateKey: "A key stands twice in an object."
        case .invalidText: "The text has characters that are not allowed."
        case .invalidAmount: "Not an integer of minor units from 1 to 2^53 − 1, written in digits."
        case .invalidCurrency: "Not an active ISO 4217 code in upper case."
        case .invalidIdentifier: "Not an identifier of this kind."
        case .invalidAccount: "Neither an account's id nor its number."
        case .invalidEmail: "Not an e-mail address."
        case .invalidPhone: "Not a phone number."
        case .invalidDate: "Not a date or time of RFC 3339."
        case .invalidCursor: "Not a cursor of this list with these filters."
        case .invalidValue: "Not one of the values that are allowed."
        }
    }
}
