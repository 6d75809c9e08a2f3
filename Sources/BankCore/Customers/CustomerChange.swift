package import Ledger
package import ServiceKit

/// What can be changed of a customer.
package enum CustomerChange: Hashable, Sendable {
    case person(PersonChange)
    /// By administrators.
    case role(Role)
    /// By the customer; `from` is the PHC string of the password that was checked.
    case password(from: String, to: String, keeping: SessionID)
    /// For ever, with all accounts; personal data is blanked.
    case close

    /// The identities that the customer may have by it.
    package var identities: [CustomerIdentity] {
        guard case .person(let change) = self else { return [] }
        var identities: [CustomerIdentity] = []
        if let email = change.email { identities.append(.email(email.key)) }
        if let phone = change.phone { identities.append(.phone(phone)) }
        if let id = change.nationalID {
            identities.append(.nationalID(type: id.type ?? "", number: id.number))
        }
        return identities
    }

    /// Which of the customer's sessions it ends.
    package var sessionsEnd: SessionsEnd? {
        switch self {
        case .person: nil
        case .role: SessionsEnd(reason: .roleChanged, keeping: nil)
        case .password(_, _, let session):
            SessionsEnd(reason: .passwordChanged, keeping: session)
        case .close: SessionsEnd(reason: .customerClosed, keeping: nil)
        }
    }
}

/// Personal fields that are to change; nil: as it is.
package struct PersonChange: Hashable, Sendable {
    package var name: String?
    package var email: EmailAddress?
    package var phone: String?
    package var nationalID: DocumentID?
    package var gender: String?
    package var dateOfBirth: String?

    /// A national id with its kind; both normalised (``NationalID``).
    package struct DocumentID: Hashable, Sendable {
        package let type: String?
        package let number: String

        package init(type: String?, number: String) {
            self.type = type
            self.number = number
        }
    }

    package init() {}
}

/// The end of all of a customer's sessions, but one perhaps.
package struct SessionsEnd: Hashable, Sendable {
    package let reason: RevocationReason
    package let keeping: SessionID?

    package init(reason: RevocationReason, keeping: SessionID?) {
        self.reason = reason
        self.keeping = keeping
    }
}

/// A customer as a batch leaves them, with the sessions that end by it.
package struct CustomerUpdate: Hashable, Sendable {
    package let after: Customer
    package var end: SessionsEnd?

    package init(after: Customer, end: SessionsEnd?) {
        self.after = after
        self.end = end
    }
}
