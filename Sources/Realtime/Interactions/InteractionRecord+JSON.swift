package import BankAPI
import Ledger

extension InteractionRecord {
    /// `{id, at, kind, outcome, requestId, connectionId, customerId, sessionId, accountId?,
    /// transactionId?, seq?, latencyMs?, data?, code?}`
    package func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", describing: id)
            json.member("at", describing: at)
            json.member("kind", kind.rawValue)
            json.member("outcome", outcome)
            json.member("requestId", requestID)
            json.member("connectionId", describing: connectionID)
            json.member("customerId", describing: customerID)
            json.member("sessionId", describing: sessionID)
            if let accountID { json.member("accountId", describing: accountID) }
            if let transactionID { json.member("transactionId", describing: transactionID) }
            if let seq { json.member("seq", seq) }
            if let latencyMilliseconds { json.member("latencyMs", latencyMilliseconds) }
            if let data {
                json.key("data")
                json.raw(data)
            }
            if let code { json.member("code", code) }
        }
    }

    package var outcome: String { isError ? "error" : "ok" }

    /// The record as one line for people: `at kind outcome name=value …`, without the newline.
    ///
    /// Nothing in it ends the line or drives a terminal, whatever a client wrote.
    package var line: String {
        var parts = [at.description, kind.rawValue, outcome, "request=\(requestID)"]
        parts.append("connection=\(connectionID)")
        if let customerID { parts.append("customer=\(customerID)") }
        if let accountID { parts.append("account=\(accountID)") }
        if let transactionID { parts.append("transaction=\(transactionID)") }
        if let seq { parts.append("seq=\(seq)") }
        if let latencyMilliseconds { parts.append("latencyMs=\(latencyMilliseconds)") }
        if let code { parts.append("code=\(code)") }
        if let data { parts.append("data=\(data)") }
        return parts.joined(separator: " ").unicodeScalars.reduce(into: "") { line, scalar in
            line.unicodeScalars.append(contentsOf: Self.plain(scalar))
        }
    }

    /// C0 and C1 controls, line and paragraph separators and directional overrides are escaped.
    private static func plain(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            return "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
        default:
            return String(scalar).unicodeScalars
        }
    }
}
