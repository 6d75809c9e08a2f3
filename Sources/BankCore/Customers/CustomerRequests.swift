import BankAPI
import Ledger
import ServiceKit

extension PersonChange {
    /// The body of `PATCH /customers/{id}`: any of signup's personal fields.
    init(_ fields: inout JSONFields, now: Timestamp) {
        self.init()
        name = fields.line("name", bytes: PersonalData.nameBytes)
        if fields.value("email") != nil { email = fields.requiredEmail("email") }
        phone = fields.phone("phone")
        let type = fields.line("nationalIdType", bytes: 1...50)
        let number = fields.nationalID("nationalId")
        if type != nil, fields.value("nationalId") == nil {
            fields.add("nationalId", .required, "It is required together with nationalIdType.")
        }
        nationalID = number.map { DocumentID(type: type.map(NationalID.type), number: $0) }
        gender = fields.line("gender", bytes: 1...20)
        dateOfBirth = fields.dateOfBirth("dateOfBirth", now: now)
    }
}

extension CustomerFilter {
    init(_ query: inout QueryParameters) {
        self.init()
        nameWords =
            query.value("name", .invalidText, expected: "Letters or digits") { text in
                let words = PersonName.words(of: text)
                return words.isEmpty ? nil : words
            } ?? []
        emailKey = query.emailKey()
        phone = query.phoneNumber("phone")
        nationalID = query.nationalID()
        status = query.choice("status")
        from = query.beginning("createdFrom")
        until = query.end("createdTo")
    }
}

/// How one customer is looked for.
enum CustomerSearch: Sendable {
    case field(CustomerFilter)
    case accountNumber(AccountNumber)

    /// Nil, and a fault, unless exactly one of the fields is given.
    init?(_ query: inout QueryParameters) {
        var filter = CustomerFilter()
        filter.emailKey = query.emailKey()
        filter.phone = query.phoneNumber("phone")
        filter.nationalID = query.nationalID()
        let number = query.value("accountNumber", .invalidAccount, expected: "An account number") {
            AccountNumber($0)
        }
        let given = [
            filter.emailKey != nil, filter.phone != nil, filter.nationalID != nil, number != nil,
        ]
        guard query.faults.isEmpty else { return nil }
        guard given.count(where: { $0 }) == 1 else {
            query.add(
                "email", .required,
                "Exactly one of email, phone, nationalId and accountNumber is expected.")
            return nil
        }
        self = number.map { .accountNumber($0) } ?? .field(filter)
    }
}

extension QueryParameters {
    fileprivate mutating func emailKey() -> String? {
        value("email", .invalidEmail, expected: "An e-mail address") { EmailAddress($0)?.key }
    }

    mutating func phoneNumber(_ name: String) -> String? {
        value(name, .invalidPhone, expected: "A phone number") { text in
            // In a query, `+` is a space.
            PhoneNumber.normalised(text.hasPrefix(" ") ? "+" + text.dropFirst() : text)
        }
    }

    fileprivate mutating func nationalID() -> String? {
        value("nationalId", .invalidText, expected: "Letters or digits") {
            NationalID.number($0)
        }
    }
}
