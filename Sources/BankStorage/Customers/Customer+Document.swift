package import BSON
package import BankCore
import Ledger
import Mongo

/// Shape: `{_id, name, email, emailKey, phone?, nationalId?: {type, number}, gender?,
/// dateOfBirth?, nameWords, passwordHash, role, status, openAccounts, createdAt, updatedAt,
/// loggedInAt?}`. `openAccounts` is the ledger's: it is counted with each opening and closing.
extension Customer {
    package init(document: BSONDocument) throws(BSONError) {
        let nationalID = try document.optionalDocument("nationalId")
        self.init(
            id: try document.identifier("_id"), name: try document.string("name"),
            email: try document.string("email"), emailKey: try document.string("emailKey"),
            phone: try document.optionalString("phone"),
            nationalIDType: try nationalID?.string("type").nonEmpty,
            nationalID: try nationalID?.string("number"),
            gender: try document.optionalString("gender"),
            dateOfBirth: try document.optionalString("dateOfBirth"),
            passwordHash: try document.string("passwordHash"),
            role: try document.code("role"), status: try document.code("status"),
            createdAt: try document.time("createdAt"), updatedAt: try document.time("updatedAt"))
    }

    package func document(openAccounts: Int) -> BSONDocument {
        BSONDocument(capacity: 640) { writer in
            writer.append("_id", id)
            appendChanging(to: &writer)
            writer.append("openAccounts", Int64(openAccounts))
            writer.append("createdAt", createdAt)
        }
    }

    /// The update that makes a stored customer into this one.
    var update: MongoUpdate {
        let absent = optionalFields.filter { !$0.isThere }.map(\.name)
        return MongoUpdate(
            BSONDocument(capacity: 640) { writer in
                writer.document("$set") { appendChanging(to: &$0) }
                guard !absent.isEmpty else { return }
                writer.document("$unset") { unset in
                    for name in absent { unset.append(name, "") }
                }
            })
    }

    private var optionalFields: [(name: String, isThere: Bool)] {
        [
            ("phone", phone != nil), ("nationalId", nationalID != nil), ("gender", gender != nil),
            ("dateOfBirth", dateOfBirth != nil),
        ]
    }

    private func appendChanging(to writer: inout BSONWriter) {
        writer.append("name", name)
        writer.append("nameWords", .strings(PersonName.words(of: name)))
        writer.append("email", email)
        writer.append("emailKey", emailKey)
        writer.append("phone", ifAny: phone)
        if let nationalID {
            writer.document("nationalId") { identity in
                identity.append("type", nationalIDType ?? "")
                identity.append("number", nationalID)
            }
        }
        writer.append("gender", ifAny: gender)
        writer.append("dateOfBirth", ifAny: dateOfBirth)
        writer.append("passwordHash", passwordHash)
        writer.append("role", role.rawValue)
        writer.append("status", status.rawValue)
        writer.append("updatedAt", updatedAt)
    }
}

extension Holder {
    init(document: BSONDocument) throws(BSONError) {
        let status: CustomerStatus = try document.code("status")
        self.init(
            id: try document.identifier("_id"), name: try document.string("name"),
            isClosed: status == .closed,
            openAccounts: Int(clamping: try document.int64("openAccounts")))
    }
}

extension CustomerIdentity {
    /// The filter that finds the customer who has it.
    var filter: BSONDocument {
        switch self {
        case .email(let key): ["emailKey": .string(key)]
        case .phone(let phone): ["phone": .string(phone)]
        case .nationalID(let type, let number):
            ["nationalId": ["type": .string(type), "number": .string(number)]]
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
