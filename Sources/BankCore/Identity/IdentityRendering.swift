package import BankAPI
import Ledger
import ServiceKit

extension JSONWriter {
    /// A customer as they and staff see it. The password's hash and the e-mail's key stay here.
    package mutating func customer(_ customer: Customer) {
        object { json in
            json.member("id", describing: customer.id)
            json.member("name", customer.name)
            json.member("email", customer.status == .closed ? nil : customer.email)
            json.member("phone", customer.phone)
            json.member("nationalIdType", customer.nationalIDType)
            json.member("nationalId", customer.nationalID)
            json.member("gender", customer.gender)
            json.member("dateOfBirth", customer.dateOfBirth)
            json.member("role", customer.role.rawValue)
            json.member("status", customer.status.rawValue)
            json.member("createdAt", describing: customer.createdAt)
            json.member("updatedAt", describing: customer.updatedAt)
        }
    }

    mutating func session(_ session: Session, isCurrent: Bool) {
        object { json in
            json.member("id", describing: session.id)
            json.member("current", isCurrent)
            json.member("createdAt", describing: session.createdAt)
            json.member("lastUsedAt", describing: session.lastUsedAt)
            json.member("expiresAt", describing: session.expiresAt)
            json.member("address", session.address)
            json.member("userAgent", session.userAgent)
        }
    }

    /// Without the refresh token if it goes into the cookie.
    mutating func tokens(_ tokens: Tokens, withRefresh: Bool) {
        object { json in
            json.member("accessToken", tokens.access.value)
            json.member("tokenType", "Bearer")
            json.member("expiresIn", tokens.accessSeconds)
            if withRefresh { json.member("refreshToken", tokens.refresh.text.value) }
            json.member("customer") { $0.customer(tokens.customer) }
        }
    }
}
