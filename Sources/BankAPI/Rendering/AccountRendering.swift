package import Ledger

/// An account as JSON: for its owner and for staff, who see the same.
extension JSONWriter {
    package mutating func account(_ account: Account) {
        object { json in
            json.member("id", describing: account.id)
            json.member("number", describing: account.number)
            json.member("customerId", describing: account.customerID)
            json.member("type", account.type.rawValue)
            json.member("currency", account.currency.code)
            json.member("exponent", account.currency.exponent)
            json.member("description", account.description)
            json.member("status", account.status.rawValue)
            json.member("balance") { json in
                json.object { json in
                    json.balanceMember("posted", account.posted, of: account)
                    json.balanceMember("held", account.held, of: account)
                    json.balanceMember("available", account.available, of: account)
                }
            }
            json.member("overdraftLimit", account.overdraftLimit)
            if let limit = account.dailyDebitLimit { json.member("dailyDebitLimit", limit) }
            json.member("seq", account.seq)
            json.member("createdAt", describing: account.createdAt)
            json.member("updatedAt", describing: account.updatedAt)
        }
    }

    /// A member of a balance in minor units: a number for customers' accounts, a decimal string
    /// for the bank's own, which may pass 2^53.
    package mutating func balanceMember(
        _ key: StaticString, _ minorUnits: Int64, of account: Account
    ) {
        if account.isBanksOwn {
            member(key, String(minorUnits))
        } else {
            member(key, minorUnits)
        }
    }
}
