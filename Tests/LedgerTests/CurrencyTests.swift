import Ledger
import Testing

@Suite struct CurrencyTests {
    @Test(arguments: [
        ("USD", 2), ("EUR", 2), ("CZK", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("CLP", 0),
        ("KWD", 3), ("BHD", 3), ("TND", 3), ("ZWG", 2), ("XCG", 2), ("HUF", 2), ("UGX", 0),
    ])
    func `a currency has the exponent of ISO 4217`(code: String, exponent: Int) {
        #expect(Currency(code)?.exponent == exponent)
        #expect(Currency(code)?.code == code)
    }

    @Test(arguments: [
        "", "US", "usd", "USDX", "XXX", "XTS", "XAU", "XDR", "DEM", "HRK", "BGN", "ÜSD", "U D",
    ])
    func `what is no active currency is none`(code: String) {
        #expect(Currency(code) == nil)
    }

    @Test func `every currency is listed once, sorted, and has an account number of its own`() {
        let codes = Currency.all.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        #expect(codes.count > 150)
        let numbers = Currency.all.map { Account.cash($0, at: World.start).number }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test func `available is clamped where it can't be told`() {
        var account = World.cashAccounts[0]
        account.posted = .min
        account.held = 1
        #expect(account.available == .min)
    }
}
