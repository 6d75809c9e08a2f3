import BankAPI
import Ledger

extension JSONWriter {
    /// `{code, name, description, minimumAmount, maximumAmount, dailyDebitLimit,
    /// overdraftAllowed}`; a limit that there is not is null.
    mutating func accountType(_ type: AccountType) {
        object { json in
            json.member("code", type.code.rawValue)
            json.member("name", type.name)
            json.member("description", type.description)
            json.members(of: type.amounts)
            json.member("dailyDebitLimit", type.dailyDebitLimit)
            json.member("overdraftAllowed", type.overdraftAllowed)
        }
    }

    /// `{code, name, description, minimumAmount, maximumAmount, status,
    /// rules: [{accountType, debitAllowed, creditAllowed}]}`
    mutating func transactionType(_ type: TransactionType) {
        object { json in
            json.member("code", type.code.rawValue)
            json.member("name", type.name)
            json.member("description", type.description)
            json.members(of: type.amounts)
            json.member("status", type.status.rawValue)
            json.key("rules")
            json.array(type.rules) { json, rule in
                json.object { json in
                    json.member("accountType", rule.accountType.rawValue)
                    json.member("debitAllowed", rule.debitAllowed)
                    json.member("creditAllowed", rule.creditAllowed)
                }
            }
        }
    }

    private mutating func members(of limits: AmountLimits) {
        member("minimumAmount", limits.minimum)
        member("maximumAmount", limits.maximum)
    }
}
