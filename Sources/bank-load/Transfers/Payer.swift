import BankAPI
package import Ledger

/// An account of the seeded bank with a token of its owner.
package struct Payer: Hashable, Sendable {
    package let account: AccountID
    package let token: String

    package init(account: AccountID, token: String) {
        self.account = account
        self.token = token
    }

    package static let payersMax = 1_000_000

    /// Reads the JSON lines of `bankctl seed --tokens`: `{"customerId", "accountId", "number",
    /// "token"}`. Throws ``TokenFileFault`` with the first bad line.
    package static func read(jsonLines bytes: [UInt8]) throws(TokenFileFault) -> [Payer] {
        var payers: [Payer] = []
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.isEmpty { continue }
            guard payers.count < payersMax else { throw .tooMany }
            payers.append(try payer(Array(line), line: number))
        }
        guard payers.count >= 2 else { throw .tooFew }
        return payers
    }

    private static func payer(_ text: [UInt8], line: Int) throws(TokenFileFault) -> Payer {
        guard let value = try? JSONParser.parse(text) else { throw .notJSON(line: line) }
        guard let account = value["accountId"]?.string.flatMap({ AccountID($0) }) else {
            throw .noAccount(line: line)
        }
        guard let token = value["token"]?.string, isHeaderText(token) else {
            throw .noToken(line: line)
        }
        return Payer(account: account, token: token)
    }

    /// Visible ASCII: nothing that could end a header.
    private static func isHeaderText(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 4096 && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }
}

/// What is wrong with a file of tokens.
package enum TokenFileFault: Error, Equatable, CustomStringConvertible {
    case notJSON(line: Int)
    case noAccount(line: Int)
    case noToken(line: Int)
    case tooFew
    case tooMany

    package var description: String {
        switch self {
        case .notJSON(let line): "line \(line) of the token file is not a JSON object"
        case .noAccount(let line): "line \(line) of the token file has no \"accountId\""
        case .noToken(let line): "line \(line) of the token file has no \"token\""
        case .tooFew: "the token file has fewer than two accounts"
        case .tooMany: "the token file has more than \(Payer.payersMax) accounts"
        }
    }
}
