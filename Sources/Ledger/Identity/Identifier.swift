/// The word an identifier begins with: `acc` in `acc_01hv…`.
package protocol IdentifierKind: Sendable {
    static var prefix: String { get }
}

/// A prefix and a UUIDv7 in lower-case Crockford base32, so that identifiers sort by time.
///
/// Shape: `acc_` and 26 characters. The 128 bits are kept as numbers: an identifier costs no
/// allocation, hashes fast, and is well formed wherever it appears.
/// Source: RFC 9562 section 5.7 (UUIDv7), Crockford base32.
package struct Identifier<Kind: IdentifierKind>: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identifier made at `time` from 74 random bits.
    package init(time: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        self.high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
        self.low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
    }

    package var madeAt: Timestamp { Timestamp(milliseconds: Int64(clamping: high >> 16)) }

    /// Nil unless `text` is this kind's prefix, `_`, and 26 lower-case base32 characters.
    package init?(_ text: String) {
        var text = text
        let bits = text.withUTF8 { CrockfordBase32.bits(of: $0, prefix: Kind.prefix) }
        guard let bits else { return nil }
        self.init(high: bits.0, low: bits.1)
    }

    package init?(_ text: Substring) {
        self.init(String(text))
    }

    /// The same of a text's bytes.
    package init?(utf8 text: ArraySlice<UInt8>) {
        let bits = text.withUnsafeBufferPointer {
            CrockfordBase32.bits(of: $0, prefix: Kind.prefix)
        }
        guard let bits else { return nil }
        self.init(high: bits.0, low: bits.1)
    }
}

extension Identifier: CustomStringConvertible {
    package var description: String {
        CrockfordBase32.text(prefix: Kind.prefix, high: high, low: low)
    }
}

extension Identifier: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

package enum AccountKind: IdentifierKind { package static let prefix = "acc" }
package enum BlockKind: IdentifierKind { package static let prefix = "blk" }
package enum CatalogueKind: IdentifierKind { package static let prefix = "cat" }
package enum ConnectionKind: IdentifierKind { package static let prefix = "con" }
package enum CustomerKind: IdentifierKind { package static let prefix = "cus" }
package enum HoldKind: IdentifierKind { package static let prefix = "hld" }
package enum InteractionKind: IdentifierKind { package static let prefix = "int" }
package enum NoticeKind: IdentifierKind { package static let prefix = "ntc" }
package enum RequestKind: IdentifierKind { package static let prefix = "req" }
package enum SessionKind: IdentifierKind { package static let prefix = "ses" }
package enum SocketSetKind: IdentifierKind { package static let prefix = "set" }
package enum StatementKind: IdentifierKind { package static let prefix = "stm" }
package enum TransactionKind: IdentifierKind { package static let prefix = "txn" }
package enum WriterKind: IdentifierKind { package static let prefix = "wrt" }

package typealias AccountID = Identifier<AccountKind>
package typealias BlockID = Identifier<BlockKind>
/// A version of the bank's types.
package typealias CatalogueID = Identifier<CatalogueKind>
package typealias ConnectionID = Identifier<ConnectionKind>
package typealias CustomerID = Identifier<CustomerKind>
package typealias HoldID = Identifier<HoldKind>
package typealias InteractionID = Identifier<InteractionKind>
package typealias NoticeID = Identifier<NoticeKind>
package typealias SessionID = Identifier<SessionKind>
package typealias SocketSetID = Identifier<SocketSetKind>
package typealias StatementID = Identifier<StatementKind>
package typealias TransactionID = Identifier<TransactionKind>
package typealias WriterID = Identifier<WriterKind>
