import BankAPI
import Ledger
import ServiceKit

/// The body of `POST /holds`.
struct HoldRequest: Sendable {
    /// A month, as long as a card's authorisation may last.
    static let secondsMax: Int64 = 31 * 24 * 60 * 60
    static let secondsDefault: Int64 = 7 * 24 * 60 * 60

    let from: AccountReference
    let to: AccountReference
    let amount: Money
    let seconds: Int64

    init?(_ fields: inout JSONFields) {
        let from = fields.account("from", isNeeded: true)
        let to = fields.account("to", isNeeded: true)
        let minorUnits = fields.requiredAmount("amount")
        let hasCurrency = fields.requiredValue("currency") != nil
        let currency = fields.currency("currency")
        let seconds = fields.integer("expiresIn", in: 1...Self.secondsMax)
        guard hasCurrency, let from, let to, let minorUnits, let currency else { return nil }
        self.from = from
        self.to = to
        self.amount = Money(minorUnits: minorUnits, currency: currency)
        self.seconds = seconds ?? Self.secondsDefault
    }

    /// The same text for the same request, however it was written.
    var canonicalText: [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                json.member("endpoint", "POST /holds")
                json.member("from", from.text)
                json.member("to", to.text)
                json.member("amount", amount.minorUnits)
                json.member("currency", amount.currency.code)
                json.member("expiresIn", seconds)
            }
        }
    }
}

/// What is asked of a pending hold.
enum SettlingRequest: Sendable {
    /// `{amount?}`: all of it if no amount is given, minor units.
    case capture(amount: Int64?)
    case void

    var type: TransactionTypeCode {
        switch self {
        case .capture: .capture
        case .void: .release
        }
    }

    var amount: Int64? {
        switch self {
        case .capture(let amount): amount
        case .void: nil
        }
    }

    /// The same text for the same request.
    func canonicalText(settling id: HoldID) -> [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                switch self {
                case .capture(let amount):
                    json.member("endpoint", "POST /holds/{id}/capture")
                    if let amount { json.member("amount", amount) }
                case .void: json.member("endpoint", "POST /holds/{id}/void")
                }
                json.member("id", describing: id)
            }
        }
    }
}
