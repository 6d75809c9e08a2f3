/// Where a service listens: `http://host:port`, without a path.
package struct WireEndpoint: Hashable, Sendable {
    package let host: String
    package let port: Int

    /// Nil unless `url` is `http://host[:port][/]`. The hot loop speaks plain HTTP: TLS is ended
    /// by the proxy in front of a bank, and measuring it is not the purpose.
    package init?(url: String) {
        guard url.hasPrefix("http://") else { return nil }
        var authority = url.dropFirst("http://".count)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard !authority.isEmpty, authority.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
            !authority.contains(where: { "/?#@".contains($0) })
        else { return nil }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: self.port = 80
        case 2:
            guard let port = Int(parts[1]), 1...65535 ~= port else { return nil }
            self.port = port
        default: return nil
        }
        guard let host = parts.first, !host.isEmpty else { return nil }
        self.host = String(host)
    }

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `http://host:port`
    package var url: String { "http://\(authority)" }
    /// For the header Host.
    package var authority: String { "\(host):\(port)" }
}
