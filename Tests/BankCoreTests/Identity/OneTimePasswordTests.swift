import BankCore
import Ledger
import ServiceKit
import Testing

@Suite struct OneTimePasswordTests {
    static let secret = Array("12345678901234567890".utf8)

    /// Source: RFC 6238, appendix B (SHA-1).
    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func `the codes are those of RFC 6238`(seconds: Int64, code: String) {
        let step = OneTimePassword.step(at: Timestamp(milliseconds: seconds * 1_000))
        #expect(OneTimePassword.code(secret: Self.secret, step: step, digits: 8) == code)
    }

    /// Source: RFC 4226, appendix D.
    @Test func `the codes are those of RFC 4226`() {
        let codes = (0..<10).map { OneTimePassword.code(secret: Self.secret, step: $0) }
        #expect(
            codes == [
                "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
                "399871", "520489",
            ])
    }

    @Test func `a clock may be one step off, not two`() {
        let time = Timestamp(milliseconds: 3_000_000)
        let now = OneTimePassword.step(at: time)
        for off in -3...3 {
            let code = OneTimePassword.code(secret: Self.secret, step: now + Int64(off))
            let step = OneTimePassword.step(of: code, secret: Self.secret, at: time)
            #expect(step == (abs(off) <= 1 ? now + Int64(off) : nil))
        }
    }

    /// Source: RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
    ])
    func `secrets are written in base32`(text: String, base32: String) {
        #expect(Base32.encode(Array(text.utf8)) == base32)
    }

    @Test func `an authenticator reads the address`() {
        let uri = OneTimePassword.uri(secret: Self.secret, account: "ada+1@example.com")
        #expect(
            uri == "otpauth://totp/Teller:ada%2B1%40example.com"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Teller&algorithm=SHA1"
                + "&digits=6&period=30")
    }

    @Test func `what is sealed opens for its owner with its key, and not when changed`() throws {
        let box = SealedBox(secret: Secret("one secret of the bank, long enough"))
        var sealed = try box.seal([1, 2, 3], owner: "ada")
        #expect(box.open(sealed, owner: "ada") == [1, 2, 3])
        #expect(box.open(sealed, owner: "bob") == nil)
        #expect(SealedBox(secret: Secret("another")).open(sealed, owner: "ada") == nil)
        sealed[sealed.count - 1] ^= 1
        #expect(box.open(sealed, owner: "ada") == nil)
        #expect(box.open([], owner: "ada") == nil)
    }

    @Test func `a device token is known under its own e-mail only`() {
        let devices = DeviceTokens(secret: Secret("one secret of the bank, long enough"))
        let token = devices.make(for: "ada@example.com")
        #expect(devices.recognise(token.text.value, for: "ada@example.com") == token)
        #expect(devices.recognise(token.text.value, for: "bob@example.com") == nil)
        #expect(devices.recognise(token.text.value + "A", for: "ada@example.com") == nil)
        #expect(devices.recognise("", for: "ada@example.com") == nil)
        #expect(devices.make(for: "ada@example.com") != token)
    }
}
