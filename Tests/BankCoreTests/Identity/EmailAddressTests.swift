import BankCore
import Testing

@Suite struct EmailAddressTests {
    @Test(arguments: [
        ("Ada@Example.COM", "ada@example.com"), ("ａｄａ@example.com", "ada@example.com"),
        ("zoe\u{308}@example.com", "zo\u{EB}@example.com"),
        ("a\u{200B}da@example.com", "ada@example.com"),
        ("ad\u{AD}a@\u{FEFF}example.com", "ada@example.com"),
        ("STRASSE@example.com", "straße@example.com"),
        ("ſam@example.com", "sam@example.com"), ("ada@EXAMPLE。com", "ada@example。com"),
        ("Σας@example.com", "σασ@example.com"), ("K@example.com", "k@example.com"),
    ]) func `two writings of one address have one key`(one: String, other: String) {
        #expect(EmailAddress.key(of: one) == EmailAddress.key(of: other))
    }

    @Test func `different addresses have different keys`() {
        #expect(EmailAddress.key(of: "ada@a.com") != EmailAddress.key(of: "ada@b.com"))
        #expect(EmailAddress.key(of: "a.da@a.com") != EmailAddress.key(of: "ada@a.com"))
    }

    @Test(arguments: [
        "ada@example.com", "a+b@x.y", "o'hara@sub.example.co", "jiří@příklad.cz", "a@localhost",
    ])
    func `addresses are accepted as they were written`(text: String) {
        #expect(EmailAddress(text)?.text == text)
    }

    @Test(arguments: [
        "", "ada", "@", "a@", "@b", "a@b@c", "a b@c.d", " a@b.c", "a@b.c ", "a@-b.c", "a@b..c",
        ".a@b.c", "a..b@c.d",
        "a@b_c.d", "a\u{0}@b.c", "a\r\n@b.c", "\"a\"@b.c", "a@[1.2.3.4]", "\u{200B}@b.c", "<a@b.c>",
        String(repeating: "a", count: 65) + "@b.c", "a@" + String(repeating: "b", count: 64) + ".c",
        "a@" + String(repeating: "b.", count: 130) + "c",
    ]) func `what is no address is refused`(text: String) { #expect(EmailAddress(text) == nil) }
}

@Suite struct PersonalTextTests {
    @Test(arguments: [
        ("+420 777 123 456", "+420777123456"), ("00420777123456", "+420777123456"),
        ("(777) 123-456", "777123456"), ("777.123.456", "777123456"),
    ]) func `one phone number has one form`(text: String, form: String) {
        #expect(PhoneNumber.normalised(text) == form)
    }

    @Test(arguments: [
        "", "12345", "1234567890123456", "+", "phone", "١٢٣٤٥٦٧", "+42+0777123", "777123456x",
    ])
    func `what is no phone number is refused`(text: String) {
        #expect(PhoneNumber.normalised(text) == nil)
    }

    @Test(arguments: ["Ada Lovelace", "Ж", "李小龍", "O'Neil-Smith 3rd", "e\u{301}", "👩‍👩‍👧"])
    func `names of all kinds can be shown`(text: String) { #expect(DisplayText.isLine(text)) }

    @Test(arguments: [
        "", " ", "\u{200B}", "a\nb", "a\u{1B}[31m", "a\u{202E}b", "a\u{2028}b", "\u{9B}x", "\u{0}",
    ])
    func `what drives a terminal or hides is no name`(text: String) {
        #expect(!DisplayText.isLine(text))
    }
}
