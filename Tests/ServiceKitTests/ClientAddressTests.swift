import ServiceKit
import Testing

@Suite struct ClientAddressTests {
    private let proxies = TrustedProxies(
        ["10.0.0.0/8", "127.0.0.1"].compactMap { AddressRange($0) })

    private func client(_ peer: String, _ forwarded: String...) throws -> String {
        proxies.client(peer: try #require(ClientAddress(peer)), forwardedFor: forwarded)
            .description
    }

    @Test func `a stranger's header counts for nothing`() throws {
        #expect(try client("203.0.113.7", "198.51.100.1") == "203.0.113.7")
    }

    @Test func `behind a trusted proxy the header tells the client`() throws {
        #expect(try client("10.1.2.3", "198.51.100.1") == "198.51.100.1")
        #expect(try client("10.1.2.3", "198.51.100.1", "10.9.9.9") == "198.51.100.1")
    }

    @Test func `what the client wrote before its address is not believed`() throws {
        #expect(try client("10.1.2.3", "1.2.3.4, 198.51.100.1") == "198.51.100.1")
        #expect(try client("10.1.2.3", "nonsense, 198.51.100.1, 10.0.0.9") == "198.51.100.1")
    }

    @Test func `a broken entry ends the search`() throws {
        #expect(try client("10.1.2.3", "198.51.100.1, nonsense") == "10.1.2.3")
        #expect(try client("10.1.2.3", "") == "10.1.2.3")
    }

    @Test func `an IPv6 subscriber is counted by the 64 bits of the network`() throws {
        let one = try #require(ClientAddress("2001:db8:1:2::1"))
        let other = try #require(ClientAddress("2001:db8:1:2:ffff::9"))
        let foreign = try #require(ClientAddress("2001:db8:1:3::1"))
        #expect(one.limitKey == other.limitKey)
        #expect(one.limitKey != foreign.limitKey)
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func `loopback is known`(text: String) throws {
        let address = try #require(ClientAddress(text))
        #expect(address.isLoopback)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "localhost", "::g", "1.2.3.4 ", "256.1.1.1"])
    func `what is no address is none`(text: String) { #expect(ClientAddress(text) == nil) }

    @Test(arguments: [
        ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
        ("0.0.0.0/0", "9.9.9.9", true), ("2001:db8::/32", "2001:db8:9::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("10.0.0.1", "10.0.0.2", false),
    ]) func `blocks hold what they say`(block: String, address: String, holds: Bool) throws {
        let range = try #require(AddressRange(block))
        let member = try #require(ClientAddress(address))
        #expect(range.contains(member) == holds)
    }

    @Test func `what is no block is none`() {
        for wrong in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::/129", "/8"] {
            #expect(AddressRange(wrong) == nil)
        }
    }
}

@Suite struct WebOriginTests {
    @Test(arguments: [
        ("http://localhost:3001", "http://localhost:3001"),
        ("https://Bank.Example", "https://bank.example"),
        ("https://bank.example:443", "https://bank.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://a.b/", "http://a.b"),
    ]) func `origins are read in one form`(text: String, form: String) {
        #expect(WebOrigin(text)?.description == form)
    }

    @Test(arguments: [
        "", "null", "*", "localhost:3001", "ftp://a", "http://", "http://a/path", "http://a:0",
        "http://a:65536", "http://a:x", "http://a b", "http://user@a", "http://ä.example",
        "http://a:+80",
        "http://[::1", "http://[1.2.3.4]",
    ]) func `what is no origin is none`(text: String) { #expect(WebOrigin(text) == nil) }
}
