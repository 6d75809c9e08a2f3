import BankCore
import BankTesting
import Ledger
import ServiceKit
import Testing

@Suite struct RefreshTokensTests {
    private let tokens = RefreshTokens(secret: Secret("Zt4Lw9Qe2Yb7Nk5Vc8Xd1Rf6Gh3Js0Pm"))
    private let session = SessionID.numbered(7)

    @Test func `a token is recognised with its session`() {
        let token = tokens.first(of: session)
        #expect(tokens.recognise(token.text.value) == token)
        #expect(token.sessionID == session)
        #expect(token.text.value.utf8.count == 86)
    }

    @Test func `two first tokens of a session differ`() {
        #expect(tokens.first(of: session) != tokens.first(of: session))
    }

    @Test func `the successor is always the same and another one`() {
        let token = tokens.first(of: session)
        let next = tokens.successor(of: token)
        #expect(next == tokens.successor(of: token))
        #expect(next.text != token.text && next.hash != token.hash)
        #expect(next.sessionID == session)
        #expect(tokens.recognise(next.text.value) == next)
        #expect(tokens.successor(of: next) != next)
    }

    @Test func `what is stored tells nothing of the token`() {
        let token = tokens.first(of: session)
        #expect(token.hash.bytes.count == 32)
        #expect(!token.text.value.contains(Base64URL.encode(token.hash.bytes)))
    }

    @Test func `a token of another secret is not recognised`() {
        let others = RefreshTokens(secret: Secret("another secret of another bank..."))
        #expect(tokens.recognise(others.first(of: session).text.value) == nil)
    }

    @Test func `no changed letter is recognised`() {
        let text = Array(tokens.first(of: session).text.value.utf8)
        for index in text.indices {
            var changed = text
            changed[index] =
                changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(tokens.recognise(String(decoding: changed, as: UTF8.self)) == nil)
        }
    }

    @Test(arguments: [
        "", "x", String(repeating: "A", count: 86), String(repeating: "A", count: 10_000), "a.b.c",
        "==",
    ])
    func `what was made up is not recognised`(text: String) {
        #expect(tokens.recognise(text) == nil)
    }
}
