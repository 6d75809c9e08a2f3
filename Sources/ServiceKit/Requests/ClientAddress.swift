package import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An IP address as 16 bytes; IPv4 stands in its mapped form (`::ffff:a.b.c.d`, RFC 4291).
package struct ClientAddress: Hashable, Sendable {
    let bits: UInt128

    /// The unspecified address, where there is none (a Unix socket, a test).
    package static let unknown = ClientAddress(bits: 0)
    private static let mapped: UInt128 = 0xFFFF << 32

    init(bits: UInt128) { self.bits = bits }

    /// Nil unless `text` is an IPv4 or IPv6 address.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= 45 else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.bits = Self.mapped | UInt128(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.bits = withUnsafeBytes(of: &six) { bytes in
                bytes.reduce(0) { ($0 << 8) | UInt128($1) }
            }
        } else {
            return nil
        }
    }

    package init(_ address: SocketAddress?) {
        self = address?.ipAddress.flatMap { ClientAddress($0) } ?? .unknown
    }

    var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// 127.0.0.0/8 and ::1.
    package var isLoopback: Bool { bits == 1 || (isIPv4 && (bits >> 24) & 0xFF == 127) }

    /// What one subscriber holds: a whole IPv4 address, the /64 of an IPv6 one.
    package var limitKey: ClientAddress {
        isIPv4 ? self : ClientAddress(bits: (bits >> 64) << 64)
    }
}

extension ClientAddress: CustomStringConvertible {
    package var description: String {
        if bits == 0 { return "unknown" }
        if isIPv4 {
            let parts = [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: bits >> $0)) }
            return parts.joined(separator: ".")
        }
        let groups = stride(from: 112, through: 0, by: -16).map {
            String(UInt16(truncatingIfNeeded: bits >> UInt128($0)), radix: 16)
        }
        return groups.joined(separator: ":")
    }
}

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
package struct AddressRange: Hashable, Sendable {
    let base: UInt128
    let prefix: Int

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = ClientAddress(first) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        guard parts.count > 1 else {
            self.init(address, prefix: 128)
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length) else { return nil }
        self.init(address, prefix: length + 128 - width)
    }

    private init(_ address: ClientAddress, prefix: Int) {
        self.prefix = prefix
        self.base = Self.masked(address.bits, prefix)
    }

    private static func masked(_ bits: UInt128, _ prefix: Int) -> UInt128 {
        prefix == 0 ? 0 : (bits >> UInt128(128 - prefix)) << UInt128(128 - prefix)
    }

    package func contains(_ address: ClientAddress) -> Bool {
        Self.masked(address.bits, prefix) == base
    }
}

/// Finds the client behind proxies whose X-Forwarded-For counts.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]
    /// How many entries of X-Forwarded-For are looked at, from the end.
    private static let hopsMax = 16

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// The last address that is no trusted proxy, read from the connection backwards: what
    /// a client wrote into the header itself stands before it and never counts.
    package func client(peer: ClientAddress, forwardedFor: [String]) -> ClientAddress {
        guard trusts(peer) else { return peer }
        var client = peer
        let hops = forwardedFor.joined(separator: ",").split(separator: ",").suffix(Self.hopsMax)
        for hop in hops.reversed() {
            let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            guard let address = ClientAddress(text) else { return client }
            client = address
            if !trusts(address) { return address }
        }
        return client
    }

    private func trusts(_ address: ClientAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}
