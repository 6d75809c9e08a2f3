import Foundation
package import Ledger

/// Every condition that is not nil must hold.
package struct CustomerFilter: Hashable, Sendable {
    /// Each begins some word of the name (``PersonName``).
    package var nameWords: [String] = []
    package var emailKey: String?
    package var phone: String?
    /// The number alone, whatever the kind of document.
    package var nationalID: String?
    package var status: CustomerStatus?
    /// `createdAt`, from included, until not.
    package var from: Timestamp?
    package var until: Timestamp?

    package init() {}
}

extension CustomerFilter {
    /// The meaning of the fields, in one place.
    package func matches(_ customer: Customer) -> Bool {
        let words = PersonName.words(of: customer.name)
        return nameWords.allSatisfy { wanted in words.contains { $0.hasPrefix(wanted) } }
            && emailKey.map { $0 == customer.emailKey } != false
            && phone.map { $0 == customer.phone } != false
            && nationalID.map { $0 == customer.nationalID } != false
            && status.map { $0 == customer.status } != false
            && from.map { $0 <= customer.createdAt } != false
            && until.map { customer.createdAt < $0 } != false
    }
}

/// Names as they are searched for: by the beginnings of their words.
package enum PersonName {
    /// No name has more words that count.
    package static let wordsMax = 10

    /// Letters and digits, folded as e-mails are (``EmailAddress/key(of:)``).
    package static func words(of name: String) -> [String] {
        let key = EmailAddress.key(of: name)
        let words = key.split { !($0.isLetter || $0.isNumber) }
        return words.prefix(wordsMax).map(String.init)
    }
}
