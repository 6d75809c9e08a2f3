import BSON
import Testing

@Suite struct `Typed fields` {
    private let document: BSONDocument = [
        "text": "t", "small": .int32(-7), "large": .int64(1 << 40), "real": 0.5, "yes": true,
        "at": .date(1_000), "hash": .bytes([9]), "inner": ["a": 1], "list": ["a", "b"],
        "inners": [["a": 1], ["a": 2]], "mixed": ["a", 1], "none": nil,
        "id": .objectID(BSONObjectID(high: 1, low: 2)),
        "time": .timestamp(BSONTimestamp(seconds: 1, increment: 2)),
    ]

    @Test func `are read by their type`() throws {
        #expect(try document.string("text") == "t")
        #expect(try document.int64("small") == -7)
        #expect(try document.int64("large") == 1 << 40)
        #expect(try document.double("real") == 0.5)
        #expect(try document.double("small") == -7)
        #expect(try document.bool("yes"))
        #expect(try document.date("at") == 1_000)
        #expect(try document.bytes("hash") == [9])
        #expect(try document.document("inner") == ["a": 1])
        #expect(try document.array("mixed") == ["a", 1])
        #expect(try document.strings("list") == ["a", "b"])
        #expect(try document.documents("inners").map { try $0.int64("a") } == [1, 2])
        #expect(try document.objectID("id") == BSONObjectID(high: 1, low: 2))
        #expect(try document.timestamp("time") == BSONTimestamp(seconds: 1, increment: 2))
    }

    @Test(arguments: ["none", "absent"])
    func `that are missing or null say so by name`(field: String) throws {
        let missing = BSONError.missing(field: field)
        #expect(throws: missing) { try document.string(field) }
        #expect(throws: missing) { try document.int64(field) }
        #expect(throws: missing) { try document.documents(field) }
        #expect(try document.optionalString(field) == nil)
        #expect(try document.optionalInt64(field) == nil)
        #expect(try document.optionalDouble(field) == nil)
        #expect(try document.optionalBool(field) == nil)
        #expect(try document.optionalDate(field) == nil)
        #expect(try document.optionalBytes(field) == nil)
        #expect(try document.optionalDocument(field) == nil)
        #expect(try document.optionalArray(field) == nil)
        #expect(try document.optionalDocuments(field) == nil)
        #expect(try document.optionalStrings(field) == nil)
        #expect(try document.optionalObjectID(field) == nil)
        #expect(try document.optionalTimestamp(field) == nil)
    }

    @Test func `of another type say so by name`() {
        #expect(throws: BSONError.type(field: "real")) { try document.int64("real") }
        #expect(throws: BSONError.type(field: "large")) { try document.string("large") }
        #expect(throws: BSONError.type(field: "text")) { try document.optionalDouble("text") }
        #expect(throws: BSONError.type(field: "list")) { try document.document("list") }
        #expect(throws: BSONError.type(field: "inner")) { try document.array("inner") }
        #expect(throws: BSONError.type(field: "mixed")) { try document.strings("mixed") }
        #expect(throws: BSONError.type(field: "list")) { try document.documents("list") }
        #expect(throws: BSONError.type(field: "text")) { try document.optionalBytes("text") }
    }

    @Test func `errors never show a value`() {
        let secret: BSONDocument = ["pin": "4711"]
        #expect {
            try secret.int64("pin")
        } throws: { error in
            !"\(error)".contains("4711") && "\(error)".contains("pin")
        }
    }
}
