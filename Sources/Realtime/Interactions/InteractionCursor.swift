import Crypto
import Ledger

/// A place in a list of interactions: valid with the filters it came with, and with no others.
struct InteractionCursor: Hashable {
    let after: InteractionID

    init(after: InteractionID) { self.after = after }

    /// Nil for what is no cursor, or another list's.
    init?(_ text: String, of filter: InteractionFilter) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[1] == Self.digest(filter), let id = InteractionID(parts[0])
        else { return nil }
        self.after = id
    }

    func text(of filter: InteractionFilter) -> String { "\(after)-\(Self.digest(filter))" }

    private static func digest(_ filter: InteractionFilter) -> String {
        let fields: [String] = [
            filter.requestID, filter.customerID?.description, filter.accountID?.description,
            filter.connectionID?.description, filter.transactionID?.description,
            filter.kind?.rawValue, filter.errorsOnly ? "errors" : nil,
            filter.from?.description, filter.until?.description,
        ].map { $0 ?? "" }
        return SHA256.hash(data: Array(fields.joined(separator: "|").utf8)).prefix(6)
            .map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
    }
}
