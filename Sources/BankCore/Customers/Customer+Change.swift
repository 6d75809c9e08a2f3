package import Ledger

extension Customer {
    /// The customer after the change, if the actor may make it.
    ///
    /// Customers change themselves; tellers also other customers; administrators everybody, and
    /// roles. Who closed is changed no more.
    ///
    /// - Throws: `customerNotFound` (also for what is not the actor's), `notAllowed`,
    ///   `customerClosed`, `passwordChanged`.
    package func changed(
        by change: CustomerChange, actor: CustomerID, role: Role, at time: Timestamp
    ) throws(CommandRejection) -> Customer {
        guard actor == id || role.isStaff else { throw .customerNotFound }
        guard isAllowed(change, actor: actor, role: role) else { throw .notAllowed }
        guard status == .active else { throw .customerClosed }
        var after = self
        switch change {
        case .person(let person): after.apply(person)
        case .role(let role): after.role = role
        case .password(let from, let to, _):
            guard from == passwordHash else { throw .passwordChanged }
            after.passwordHash = to
        case .close: after.blank()
        }
        if after != self { after.updatedAt = time }
        return after
    }

    private func isAllowed(_ change: CustomerChange, actor: CustomerID, role: Role) -> Bool {
        switch change {
        case .role: role == .admin
        case .password: actor == id
        case .person, .close: actor == id || role == .admin || self.role == .customer
        }
    }

    private mutating func apply(_ change: PersonChange) {
        if let name = change.name { self.name = name }
        if let email = change.email {
            self.email = email.text
            emailKey = email.key
        }
        if let phone = change.phone { self.phone = phone }
        if let document = change.nationalID {
            nationalIDType = document.type
            nationalID = document.number
        }
        if let gender = change.gender { self.gender = gender }
        if let date = change.dateOfBirth { dateOfBirth = date }
    }

    /// Frees what only one customer may have, and forgets the person. The journal keeps the
    /// names of its entries.
    private mutating func blank() {
        status = .closed
        name = "Closed customer"
        email = ""
        // Unique, and nobody's address.
        emailKey = "closed:\(id)"
        phone = nil
        nationalIDType = nil
        nationalID = nil
        gender = nil
        dateOfBirth = nil
        passwordHash = ""
    }
}
