import BankAPI
import Foundation
import Ledger

/// What a person tells of themselves at signup, checked and brought into one form.
package struct PersonalData: Hashable, Sendable {
    package var name: String
    package var email: EmailAddress
    /// `+` and digits, or digits only.
    package var phone: String?
    package var nationalIDType: String?
    /// Upper case, without spaces.
    package var nationalID: String?
    package var gender: String?
    /// `YYYY-MM-DD`
    package var dateOfBirth: String?

    package static let nameBytes = 1...200
}

extension JSONFields {
    /// The personal fields of a body; nil if one that is required is missing or wrong.
    mutating func personalData(now: Timestamp) -> PersonalData? {
        let name = requiredLine("name", bytes: PersonalData.nameBytes)
        let email = requiredEmail("email")
        let phone = phone("phone")
        let type = line("nationalIdType", bytes: 1...50)
        let nationalID = nationalID("nationalId")
        if type != nil, value("nationalId") == nil {
            add("nationalId", .required, "It is required together with nationalIdType.")
        }
        let gender = line("gender", bytes: 1...20)
        let dateOfBirth = dateOfBirth("dateOfBirth", now: now)
        guard let name, let email else { return nil }
        return PersonalData(
            name: name, email: email, phone: phone, nationalIDType: type.map(NationalID.type),
            nationalID: nationalID, gender: gender, dateOfBirth: dateOfBirth)
    }

    mutating func requiredEmail(_ name: String) -> EmailAddress? {
        guard let text = requiredString(name, bytes: 1...EmailAddress.bytesMax) else { return nil }
        if let email = EmailAddress(text) { return email }
        add(name, .invalidEmail, "An e-mail address is expected.")
        return nil
    }

    /// Text for people to read: one line, and something to see on it.
    mutating func requiredLine(_ name: String, bytes: ClosedRange<Int>) -> String? {
        requiredString(name, bytes: bytes).flatMap { checkLine(name, $0) }
    }

    mutating func line(_ name: String, bytes: ClosedRange<Int>) -> String? {
        string(name, bytes: bytes).flatMap { checkLine(name, $0) }
    }

    private mutating func checkLine(_ name: String, _ text: String) -> String? {
        if DisplayText.isLine(text) { return text }
        add(name, .invalidText, "Text without control characters is expected.")
        return nil
    }

    mutating func phone(_ name: String) -> String? {
        guard let text = string(name, bytes: 1...40) else { return nil }
        if let phone = PhoneNumber.normalised(text) { return phone }
        add(name, .invalidPhone, "A phone number of 6 to 15 digits is expected (E.164).")
        return nil
    }

    mutating func nationalID(_ name: String) -> String? {
        guard let text = line(name, bytes: 1...50) else { return nil }
        if let number = NationalID.number(text) { return number }
        add(name, .invalidText, "Letters or digits are expected.")
        return nil
    }

    mutating func dateOfBirth(_ name: String, now: Timestamp) -> String? {
        guard let text = string(name, bytes: 10...10) else { return nil }
        if let date = Timestamp(date: text), date.day <= now.day,
            let earliest = Timestamp(date: "1880-01-01"), date >= earliest
        {
            return text
        }
        add(name, .invalidDate, "A past date (YYYY-MM-DD) is expected.")
        return nil
    }
}

/// National ids in one form, so that one document is one customer's.
package enum NationalID {
    /// Letters and digits in upper case, compatibility forms resolved (NFKC); nil if there are
    /// none. What stands between them, also what is not seen, makes no other number.
    package static func number(_ text: String) -> String? {
        let key = EmailAddress.key(of: text).uppercased().precomposedStringWithCanonicalMapping
        let number = key.filter { $0.isLetter || $0.isNumber }
        return number.isEmpty ? nil : number
    }

    /// The kind of document: `passport`, `id card`.
    package static func type(_ text: String) -> String { EmailAddress.key(of: text) }
}

/// Texts that are shown to people.
package enum DisplayText {
    /// No control characters, no line separators, nothing that turns the direction of writing,
    /// and not blank.
    package static func isLine(_ text: String) -> Bool {
        let isBlank = text.unicodeScalars.allSatisfy {
            $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
        }
        return !isBlank && text.unicodeScalars.allSatisfy(isShown)
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: !scalar.properties.isBidiControl
        }
    }
}

/// Phone numbers in one form, so that one number is one customer's. Source: ITU-T E.164.
package enum PhoneNumber {
    /// `+` and digits if the country is told (`+` or `00`), else digits; nil if it is none.
    package static func normalised(_ text: String) -> String? {
        var digits = text.filter { !" -()./".contains($0) }
        if digits.hasPrefix("00") { digits = "+" + digits.dropFirst(2) }
        let number = digits.hasPrefix("+") ? digits.dropFirst() : digits[...]
        guard (6...15).contains(number.utf8.count),
            number.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return digits
    }
}
