import BankAPI
import Ledger

/// A statement as one JSON object, written in parts:
/// `{accountId, number, holderName, currency, exponent, from, to, createdAt, complete,
/// openingBalance, lines: [{seq, transactionId, type, amount, balanceAfter, reference,
/// externalReference, description, counterparty: {number, holderName}, committedAt}],
/// totals: {debits, credits, lines}, closingBalance, block: {writer, height, hash}}`.
///
/// Amounts are signed minor units, totals decimal strings; the bank's own balances too.
enum StatementJSON {
    static func beginning(_ plan: StatementPlan) -> [UInt8] {
        let account = plan.account
        let head = JSONWriter.bytes { json in
            json.object { json in
                json.member("accountId", describing: account.id)
                json.member("number", describing: account.number)
                json.member("holderName", account.holderName)
                json.member("currency", account.currency.code)
                json.member("exponent", account.currency.exponent)
                json.member("from", describing: plan.period.from)
                json.member("to", describing: plan.period.until)
                json.member("createdAt", describing: plan.madeAt)
                json.member("complete", plan.isComplete)
                json.balanceMember("openingBalance", plan.openingBalance, of: account)
            }
        }
        return head.dropLast() + Array(#","lines":["#.utf8)
    }

    static func line(_ line: StatementLine, isFirst: Bool, of plan: StatementPlan) -> [UInt8] {
        let entry = line.entry
        let object = JSONWriter.bytes { json in
            json.object { json in
                json.member("seq", line.seq)
                json.member("transactionId", describing: entry.id)
                json.member("type", entry.type.rawValue)
                json.member("amount", line.amount)
                json.balanceMember("balanceAfter", line.balanceAfter, of: plan.account)
                json.member("reference", entry.reference)
                json.member("externalReference", entry.details.externalReference)
                json.member("description", entry.details.description)
                json.member("counterparty") { json in
                    json.object { json in
                        json.member("number", line.counterparty.number)
                        json.member("holderName", line.counterparty.holderName)
                    }
                }
                json.member("committedAt", describing: entry.committedAt)
            }
        }
        return isFirst ? object : [UInt8(ascii: ",")] + object
    }

    static func end(_ plan: StatementPlan, _ totals: StatementTotals) -> [UInt8] {
        let tail = JSONWriter.bytes { json in
            json.object { json in
                json.member("totals") { json in
                    json.object { json in
                        json.member("debits", describing: totals.debits)
                        json.member("credits", describing: totals.credits)
                        json.member("lines", totals.lines)
                    }
                }
                json.balanceMember("closingBalance", plan.closingBalance, of: plan.account)
                json.key("block")
                guard let block = plan.block else { return json.null() }
                json.object { json in
                    json.member("writer", describing: block.writer)
                    json.member("height", block.height)
                    json.member("hash", describing: block.hash)
                }
            }
        }
        return Array("],".utf8) + tail.dropFirst()
    }
}
