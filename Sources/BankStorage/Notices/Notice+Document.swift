package import BSON
package import BankCore

/// Shape: `{_id, kind, customer, account?, request, at, data: {text: text}}`.
extension Notice {
    package init(document: BSONDocument) throws(BSONError) {
        let fields = try document.document("data")
        var data: [String: String] = [:]
        for key in try fields.keys() { data[key] = try fields.string(key) }
        self.init(
            id: try document.identifier("_id"), kind: try document.code("kind"),
            customerID: try document.identifier("customer"),
            accountID: try document.optionalIdentifier("account"),
            requestID: try document.string("request"), at: try document.time("at"), data: data)
    }

    package var document: BSONDocument {
        BSONDocument(capacity: 384) { writer in
            writer.append("_id", id)
            writer.append("kind", kind.rawValue)
            writer.append("customer", customerID)
            writer.append("account", ifAny: accountID)
            writer.append("request", requestID)
            writer.append("at", at)
            writer.document("data") { fields in
                for (key, text) in data.sorted(by: { $0.key < $1.key }) {
                    fields.append(key, text)
                }
            }
        }
    }
}
