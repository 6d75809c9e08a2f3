import BSON
import Testing

@Suite struct `Fields read in order` {
    private let document: BSONDocument = [
        "text": "t", "small": .int32(-7), "large": .int64(1 << 40), "at": .date(1_000),
        "hash": .bytes([9]), "inner": ["a": 1], "inners": [["a": 1], ["a": 2]],
        "mixed": ["a", 1], "none": nil,
    ]

    @Test func `are what the document's own methods give, in any order`() throws {
        for isReversed in [false, true] {
            var fields = try BSONFields(document)
            if isReversed { #expect(try fields.documents("inners").count == 2) }
            #expect(try fields.string("text") == "t")
            #expect(try fields.int64("small") == -7)
            #expect(try fields.int64("large") == 1 << 40)
            #expect(try fields.date("at") == 1_000)
            #expect(try fields.optionalBytes("hash") == [9])
            #expect(try fields.document("inner") == ["a": 1])
            #expect(try fields.documents("inners").map { try $0.int64("a") } == [1, 2])
            #expect(try fields.string("text") == "t")
        }
    }

    @Test func `that are missing or null are nil, or an error where one is needed`() throws {
        var fields = try BSONFields(document)
        #expect(try fields.optionalString("none") == nil)
        #expect(try fields.optionalString("absent") == nil)
        #expect(try fields.documents("absent").isEmpty)
        #expect(throws: BSONError.missing(field: "none")) { try fields.string("none") }
        #expect(throws: BSONError.missing(field: "absent")) { try fields.document("absent") }
    }

    @Test func `of another type are an error`() throws {
        var fields = try BSONFields(document)
        #expect(throws: BSONError.type(field: "text")) { try fields.int64("text") }
        #expect(throws: BSONError.type(field: "large")) { try fields.optionalString("large") }
        #expect(throws: BSONError.type(field: "mixed")) { try fields.documents("mixed") }
    }

    @Test func `that are texts are lent as bytes`() throws {
        var fields = try BSONFields(document)
        #expect(try fields.optionalUTF8("text").map(Array.init) == Array("t".utf8))
        #expect(try fields.optionalUTF8("absent") == nil)
        #expect(throws: BSONError.type(field: "large")) { try fields.optionalUTF8("large") }
    }

    @Test func `of a document with none are all missing`() throws {
        var fields = try BSONFields(BSONDocument())
        #expect(try fields.optionalInt64("a") == nil)
    }
}
