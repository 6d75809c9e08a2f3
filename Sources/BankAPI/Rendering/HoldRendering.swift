package import Ledger

/// A hold as JSON: `{id, transactionId, from, to, amount, captured, released, currency, status,
/// expiresAt, requestId, createdAt}`, amounts in minor units. Each party sees its own accountId,
/// and of the other side number and holder name only; staff see both.
extension JSONWriter {
    package mutating func hold(_ hold: Hold, for viewer: Viewer) {
        object { json in
            json.member("id", describing: hold.id)
            json.member("transactionId", describing: hold.transactionID)
            json.member("from") { $0.party(hold.from, for: viewer) }
            json.member("to") { $0.party(hold.to, for: viewer) }
            json.member("amount", hold.amount.minorUnits)
            json.member("captured", hold.captured)
            json.member("released", hold.released)
            json.member("currency", hold.amount.currency.code)
            json.member("status", hold.status.rawValue)
            json.member("expiresAt", describing: hold.expiresAt)
            json.member("requestId", hold.requestID)
            json.member("createdAt", describing: hold.createdAt)
        }
    }

    private mutating func party(_ party: Party, for viewer: Viewer) {
        object { json in
            if viewer.isStaff || party.customerID == viewer.customerID {
                json.member("accountId", describing: party.accountID)
            }
            json.member("number", party.number)
            json.member("holderName", party.holderName)
        }
    }
}
