import BSON
import BankCore
import Ledger

extension TransactionFilter {
    /// The same conditions as ``TransactionFilter/matches(_:)``, for the server.
    ///
    /// - Parameter ids: only entries with ids between these, the first not included.
    func query(_ ids: SearchedIDs) -> BSONDocument {
        BSONDocument(capacity: 512) { query in
            appendParties(to: &query)
            appendID(to: &query, ids)
            appendText(to: &query)
            query.append("type", ifAny: type?.rawValue)
            appendStatus(to: &query)
            query.append("externalReference", ifAny: externalReference)
            query.append("request", ifAny: requestID)
            if from != nil || until != nil {
                query.document("committedAt") { time in
                    if let from { time.append("$gte", from) }
                    if let until { time.append("$lt", until) }
                }
            }
            if amountMin != nil || amountMax != nil {
                query.document("amount") { amount in
                    amount.append("$gte", ifAny: amountMin)
                    amount.append("$lte", ifAny: amountMax)
                }
            }
        }
    }

    private func appendParties(to query: inout BSONWriter) {
        let parties = [accountID?.description, viewer?.description].compactMap { $0 }
        switch parties.count {
        case 0: break
        case 1: query.append("parties", ifAny: parties.first)
        default:
            query.document("parties") { $0.append("$all", .strings(parties)) }
        }
        guard let accountID, let direction else { return }
        query.append(direction == .debit ? "from.account" : "to.account", accountID)
    }

    /// Of what was posted, later entries tell whether it still stands. Only holds expire: those
    /// that stand are pending.
    private func appendStatus(to query: inout BSONWriter) {
        switch status {
        case nil: break
        case .posted, .pending:
            query.append("status", "posted")
            for field in Ending.fields { query.document(field) { $0.append("$exists", false) } }
            query.document("expiresAt") { $0.append("$exists", status == .pending) }
        case .refused: query.append("status", "refused")
        case .reversed: query.document("reversedBy") { $0.append("$exists", true) }
        case .cancelled: query.document("cancelledBy") { $0.append("$exists", true) }
        case .captured: query.document("capturedBy") { $0.append("$exists", true) }
        case .voided: query.document("voidedBy") { $0.append("$exists", true) }
        case .expired: query.document("expiredBy") { $0.append("$exists", true) }
        }
    }

    private func appendID(to query: inout BSONWriter, _ ids: SearchedIDs) {
        guard !ids.isUnbounded || reference != nil else { return }
        query.document("_id") { id in
            if let before = ids.before { id.append("$lt", before) }
            if let from = ids.from { id.append("$gte", from) }
            if let reference { id.append("$regex", Self.pattern(reference: reference)) }
        }
    }

    private func appendText(to query: inout BSONWriter) {
        guard let text else { return }
        let words: BSONValue = ["$regex": .string(text.asPattern), "$options": "i"]
        query.append(
            "$or",
            .documents([
                ["description": words], ["externalReference": words],
                ["_id": ["$regex": .string(Self.pattern(reference: text.uppercased()))]],
            ]))
    }

    /// Ids with this reference: ``Transaction/reference`` is their first ten and last six
    /// characters in upper case. What is no reference matches nothing.
    private static func pattern(reference: String) -> String {
        let text = reference.lowercased()
        let isReference =
            text.utf8.count == 16 && reference == reference.uppercased()
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
            }
        return isReference
            ? "^txn_\(text.prefix(10)).{10}\(text.suffix(6))$" : "^none$"
    }
}

/// The ids that a search looks at.
struct SearchedIDs {
    var before: TransactionID?
    var from: TransactionID?
    var isUnbounded: Bool { before == nil && from == nil }
}

extension String {
    /// A regular expression that matches just this text.
    fileprivate var asPattern: String {
        var pattern = ""
        for character in unicodeScalars {
            if "\\^$.|?*+()[]{}".unicodeScalars.contains(character) { pattern += "\\" }
            pattern.unicodeScalars.append(character)
        }
        return pattern
    }
}
