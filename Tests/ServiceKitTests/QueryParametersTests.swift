import BankAPI
import Ledger
import ServiceKit
import Testing

@Suite struct QueryParametersTests {
    private func faults(_ query: String, _ read: (inout QueryParameters) -> Void) -> [FieldFault] {
        var parameters = QueryParameters(query: query)
        read(&parameters)
        do throws(Problem) {
            try parameters.finish()
            return []
        } catch {
            return error.errors
        }
    }

    @Test func `a page is 50 long unless it is said`() {
        var parameters = QueryParameters(query: "")
        #expect(parameters.page() == PageQuery(limit: 50, cursor: nil))
        var own = QueryParameters(query: "limit=200&cursor=abc")
        #expect(own.page() == PageQuery(limit: 200, cursor: "abc"))
    }

    @Test(arguments: [
        "limit=0", "limit=201", "limit=x", "limit=1.0", "limit=+5", "limit=9999999999999999999",
    ])
    func `a limit out of 1 to 200 is a fault`(query: String) {
        #expect(faults(query) { _ = $0.page() }.map(\.pointer) == ["?limit"])
    }

    @Test func `an unknown parameter is a fault`() {
        let faults = faults("limit=1&surprise=2&a[$ne]=") { _ = $0.page() }
        #expect(faults.map(\.code) == [.unknownParameter, .unknownParameter])
        #expect(faults.map(\.pointer) == ["?a[$ne]", "?surprise"])
    }

    @Test func `a parameter that stands twice is a fault`() {
        #expect(faults("limit=1&limit=2") { _ = $0.page() }.map(\.code) == [.duplicateParameter])
    }

    @Test(arguments: ["name=%", "name=%4", "name=%zz", "name=%00", "name=%ff%fe", "%=1"])
    func `broken encodings are faults`(query: String) {
        #expect(faults(query) { _ = $0.string("name") }.map(\.code) == [.invalidText])
    }

    @Test func `texts are decoded`() {
        var parameters = QueryParameters(query: "name=Ji%C5%99%C3%AD+%26%2b&empty=")
        #expect(parameters.string("name") == "Jiří &+")
        #expect(parameters.string("empty") == nil)
    }

    @Test func `all faults come together`() {
        let faults = faults("limit=0&accountId=x&from=yesterday&status=odd") {
            _ = $0.page()
            _ = $0.identifier("accountId", AccountID.self)
            _ = $0.timestamp("from")
            _ = $0.choice("status", AccountStatus.self)
        }
        #expect(faults.map(\.pointer) == ["?limit", "?accountId", "?from", "?status"])
    }

    @Test func `a query of very many parameters is refused`() {
        let query = (0..<1_000).map { "p\($0)=1" }.joined(separator: "&")
        #expect(faults(query) { _ in }.map(\.code) == [.tooMany])
    }
}
