import Crypto
import Hummingbird
import Ledger
import ServiceKit

/// Where a page ended, as text for `nextCursor`: the last item's identifier, bound to the path
/// and the filters of the list, for it means nothing in another one.
enum PageCursor<Kind: IdentifierKind> {
    private static var bindingBytes: Int { 8 }

    static func text(after id: Identifier<Kind>, of request: Request) -> String {
        Base64URL.encode(binding(to: request) + bytes(of: id.high) + bytes(of: id.low))
    }

    /// Nil for a text that is none, or that belongs to another list.
    static func position(_ text: String, of request: Request) -> Identifier<Kind>? {
        guard let bytes = Base64URL.decode(text.utf8), bytes.count == bindingBytes + 16,
            bytes.starts(with: binding(to: request))
        else { return nil }
        let position = bytes.dropFirst(bindingBytes)
        return Identifier(high: number(position.prefix(8)), low: number(position.suffix(8)))
    }

    /// A digest of the path and of all parameters but those that turn pages.
    private static func binding(to request: Request) -> [UInt8] {
        let filters = (request.uri.query ?? "").split(separator: "&").filter { parameter in
            !parameter.hasPrefix("cursor=") && !parameter.hasPrefix("limit=")
        }
        let text = request.uri.path + "?" + filters.sorted().joined(separator: "&")
        return Array(SHA256.hash(data: Array(text.utf8)).prefix(bindingBytes))
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
