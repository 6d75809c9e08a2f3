/// Scheme, host and port of a site, as a browser writes it into `Origin` (RFC 6454).
package struct WebOrigin: Hashable, Sendable, CustomStringConvertible {
    package let scheme: String
    /// Lower case; an IPv6 address in its brackets.
    package let host: String
    /// Nil for the scheme's own (80, 443).
    package let port: Int?

    /// Nil unless `text` is `http://host[:port]` or `https://host[:port]` and no more.
    package init?(_ text: String) {
        guard text.utf8.count <= 300, let separator = text.firstRange(of: "://") else {
            return nil
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        var rest = text[separator.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        let (host, port) = Self.split(rest)
        guard Self.isHost(host) else { return nil }
        if let port {
            guard let number = Int(port), (1...65_535).contains(number), port.first != "+" else {
                return nil
            }
            self.port = number == Self.defaultPort(scheme) ? nil : number
        } else {
            self.port = nil
        }
        self.scheme = scheme
        self.host = host.lowercased()
    }

    package init(scheme: String, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port == Self.defaultPort(scheme) ? nil : port
    }

    private static func defaultPort(_ scheme: String) -> Int { scheme == "https" ? 443 : 80 }

    private static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        let hostEnd: Substring.Index
        if text.first == "[", let closing = text.firstIndex(of: "]") {
            hostEnd = text.index(after: closing)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
        }
        guard hostEnd < text.endIndex else { return (text, nil) }
        guard text[hostEnd] == ":" else { return ("", nil) }
        return (text[..<hostEnd], text[text.index(after: hostEnd)...])
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.first == "[", host.last == "]" {
            return ClientAddress(host.dropFirst().dropLast())?.isIPv4 == false
        }
        return (1...253).contains(host.utf8.count)
            && host.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".")
            }
    }

    package var description: String {
        port.map { "\(scheme)://\(host):\($0)" } ?? "\(scheme)://\(host)"
    }

    /// `localhost`, 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        host == "localhost"
            || ClientAddress(host.filter { $0 != "[" && $0 != "]" })?.isLoopback == true
    }

    /// The same on another host.
    package func on(host: String) -> WebOrigin {
        WebOrigin(scheme: scheme, host: host, port: port ?? Self.defaultPort(scheme))
    }
}
