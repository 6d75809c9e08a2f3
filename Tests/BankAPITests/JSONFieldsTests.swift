import BankAPI
import Ledger
import Testing

@Suite struct JSONFieldsTests {
    private func fields(_ text: String) throws -> JSONFields {
        JSONFields(try JSONParser.parse(Array(text.utf8)))
    }

    @Test func `all faults are reported at once, each with its pointer`() throws {
        var fields = try fields(
            #"{"name":7,"note":"abcdef","amount":1.0,"extra":1,"flag":"yes","gender":"x"}"#)
        _ = fields.requiredString("name", bytes: 1...10)
        _ = fields.string("note", bytes: 1...3)
        _ = fields.requiredAmount("amount")
        _ = fields.requiredString("email", bytes: 1...10)
        _ = fields.bool("flag")
        _ = fields.choice("gender", Channel.self)
        let faults = fields.finish().map { "\($0.pointer) \($0.code.rawValue)" }
        #expect(
            faults == [
                "/name wrong_type", "/note too_long", "/amount invalid_amount", "/email required",
                "/flag wrong_type", "/gender invalid_value", "/extra unknown_field",
            ])
    }

    @Test(arguments: [
        "0", "-1", "-0", "9007199254740992", "9223372036854775807", "9223372036854775808",
        "1e400", "1.0", "1.5", "1e2", "\"10\"", "true", "[]", "{}",
    ])
    func `an amount is an integer from 1 to 2^53 − 1 and nothing else`(literal: String) throws {
        var fields = try fields("{\"amount\":\(literal)}")
        #expect(fields.requiredAmount("amount") == nil)
        #expect(fields.finish().map(\.code) == [.invalidAmount])
    }

    @Test func `the smallest and the largest amount are accepted`() throws {
        var smallest = try fields(#"{"amount":1}"#)
        #expect(smallest.requiredAmount("amount") == 1)
        var largest = try fields(#"{"amount":9007199254740991}"#)
        #expect(largest.requiredAmount("amount") == Money.minorUnitsMax)
    }

    @Test func `null is the same as leaving a field out`() throws {
        var fields = try fields(#"{"note":null,"amount":null}"#)
        #expect(fields.string("note", bytes: 1...3) == nil)
        #expect(fields.requiredAmount("amount") == nil)
        #expect(fields.finish().map(\.code) == [.required])
    }

    @Test func `what is no object is one fault`() throws {
        var fields = try fields("[1]")
        #expect(fields.finish().map(\.code) == [.wrongType])
    }
}
