import Crypto
import Hummingbird
import Ledger
import ServiceKit

/// Where a page ended, as text for `nextCursor`: the last item's position, bound to the path and
/// the filters of the list, for it means nothing in another one.
enum BoundCursor {
    private static let bindingBytes = 8

    static func text(at position: [UInt8], of request: Request) -> String {
        Base64URL.encode(binding(to: request) + position)
    }

    /// Nil for a text that is none, or that belongs to another list.
    static func position(_ text: String, of request: Request) -> [UInt8]? {
        guard let bytes = Base64URL.decode(text.utf8), bytes.count > bindingBytes,
            bytes.starts(with: binding(to: request))
        else { return nil }
        return Array(bytes.dropFirst(bindingBytes))
    }

    /// A digest of the path and of all parameters but those that turn pages.
    private static func binding(to request: Request) -> [UInt8] {
        let filters = (request.uri.query ?? "").split(separator: "&").filter { parameter in
            !parameter.hasPrefix("cursor=") && !parameter.hasPrefix("limit=")
        }
        let text = request.uri.path + "?" + filters.sorted().joined(separator: "&")
        return Array(SHA256.hash(data: Array(text.utf8)).prefix(bindingBytes))
    }
}

/// The same, where the position is the last item's identifier.
enum PageCursor<Kind: IdentifierKind> {
    static func text(after id: Identifier<Kind>, of request: Request) -> String {
        BoundCursor.text(at: bytes(of: id.high) + bytes(of: id.low), of: request)
    }

    static func position(_ text: String, of request: Request) -> Identifier<Kind>? {
        guard let position = BoundCursor.position(text, of: request), position.count == 16 else {
            return nil
        }
        return Identifier(high: number(position.prefix(8)), low: number(position.suffix(8)))
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
