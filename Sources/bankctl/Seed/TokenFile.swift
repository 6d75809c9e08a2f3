import ArgumentParser
import BankAPI
import Foundation
import Ledger
import ServiceKit

/// Access tokens as JSON lines: `{"customerId", "accountId", "number", "token"}`, readable by
/// the owner of the file alone.
enum TokenFile {
    /// The tokens belong to sessions that are not stored: they can't be renewed or ended.
    static func write(
        _ accounts: [SeededAccount], to path: String, issuer: AccessTokens
    ) throws {
        let identifiers = IdentifierGenerator(clock: .system)
        var tokens: [CustomerID: String] = [:]
        var lines: [UInt8] = []
        for account in accounts {
            let identity = Identity(
                customerID: account.customerID, sessionID: identifiers.next(), role: .customer)
            let token = tokens[account.customerID] ?? issuer.issue(to: identity)
            tokens[account.customerID] = token
            lines += line(account, token)
        }
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data(lines), attributes: [.posixPermissions: 0o600])
        guard isWritten else { throw ValidationError("\(path) can't be written.") }
    }

    private static func line(_ account: SeededAccount, _ token: String) -> [UInt8] {
        JSONWriter.bytes { json in
            json.object { json in
                json.member("customerId", describing: account.customerID)
                json.member("accountId", describing: account.accountID)
                json.member("number", describing: account.number)
                json.member("token", token)
            }
        } + [UInt8(ascii: "\n")]
    }
}
