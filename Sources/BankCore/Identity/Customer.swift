package import Ledger

/// Who owns accounts or works for the bank.
package struct Customer: Hashable, Sendable {
    package let id: CustomerID
    package var name: String
    /// As the customer wrote it.
    package var email: String
    /// The e-mail normalised (NFKC, case folded, zero-width removed): unique.
    package var emailKey: String
    package var phone: String?
    package var nationalIDType: String?
    package var nationalID: String?
    package var gender: String?
    /// `YYYY-MM-DD`
    package var dateOfBirth: String?
    /// A PHC string. Never in a response, never in a log.
    package var passwordHash: String
    package var role: Role
    package var status: CustomerStatus
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: CustomerID, name: String, email: String, emailKey: String, phone: String? = nil,
        nationalIDType: String? = nil, nationalID: String? = nil, gender: String? = nil,
        dateOfBirth: String? = nil, passwordHash: String, role: Role = .customer,
        status: CustomerStatus = .active, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.emailKey = emailKey
        self.phone = phone
        self.nationalIDType = nationalIDType
        self.nationalID = nationalID
        self.gender = gender
        self.dateOfBirth = dateOfBirth
        self.passwordHash = passwordHash
        self.role = role
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package enum CustomerStatus: String, Hashable, Sendable, CaseIterable {
    case active, closed
}
