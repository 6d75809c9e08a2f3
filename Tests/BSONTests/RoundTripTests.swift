import BSON
import Testing

@Suite struct `Documents as bytes` {
    @Test func `have the bytes of the specification's example`() throws {
        let document: BSONDocument = ["hello": "world"]
        // bsonspec.org, "Examples"
        let expected: [UInt8] =
            [0x16, 0, 0, 0, 0x02] + Array("hello\0".utf8) + [6, 0, 0, 0] + Array("world\0".utf8)
            + [0]
        #expect(Array(document.bytes) == expected)
        #expect(try BSONDocument(expected).string("hello") == "world")
    }

    @Test func `give back every type of value`() throws {
        let id = BSONObjectID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C)
        let values: [BSONValue] = [
            .double(-1.5), .string("héllo\0there"), .document(["a": 1]), .array([1, "x", nil]),
            .binary(subtype: 4, bytes: [1, 2, 3]), .undefined, .objectID(id), .bool(true),
            .date(-1), .null, .regex(pattern: "^a", options: "i"),
            .dbPointer(namespace: "db.c", id: id), .code("f()"), .symbol("s"),
            .codeWithScope("g()", scope: ["x": 1]), .int32(.min),
            .timestamp(BSONTimestamp(seconds: 7, increment: 8)), .int64(.max),
            .decimal128(BSONDecimal128(low: 1, high: 2)), .minKey, .maxKey,
        ]
        for value in values {
            let document = BSONDocument([("before", 1), ("value", value), ("after", 2)])
            try document.validate()
            #expect(try document.value("value") == value)
            #expect(try document.int64("after") == 2)
        }
        #expect(Set(values.map(\.type)).count == 21)
    }

    @Test func `any document reads back as it was written`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let document = BSONDocument.random(&generator)
            try document.validate()
            let elements = try document.elements()
            #expect(BSONDocument(elements.map { ($0.key, $0.value) }) == document)
            #expect(try document.keys() == elements.map(\.key))
        }
    }

    @Test func `writing in place gives the same bytes as values do`() {
        let written = BSONDocument { writer in
            writer.append("name", "Ada")
            writer.append("balance", Int64(5))
            writer.append("open", true)
            writer.append("at", date: 9)
            writer.append("hash", bytes: [1, 2] as [UInt8])
            writer.appendNull("none")
            writer.document("inner") { $0.append("x", "y") }
            writer.array("list", ["a", "b"]) { writer, index, item in writer.append(index, item) }
            writer.append("copy", ["z": 1] as BSONDocument)
        }
        let valued: BSONDocument = [
            "name": "Ada", "balance": 5, "open": true, "at": .date(9), "hash": .bytes([1, 2]),
            "none": nil, "inner": ["x": "y"], "list": ["a", "b"], "copy": ["z": 1],
        ]
        #expect(written == valued)
    }

    @Test func `a NUL in a key can't end it early`() throws {
        let document: BSONDocument = ["a\0b": 1, "c": 2]
        #expect(try document.keys() == ["a\u{FFFD}b", "c"])
        try document.validate()
    }

    @Test func `a nested document equals the same one standing alone`() throws {
        let inner: BSONDocument = ["x": 1]
        let outer: BSONDocument = ["inner": .document(inner)]
        let read = try outer.document("inner")
        #expect(read == inner)
        #expect(read.hashValue == inner.hashValue)
        #expect(try read.int64("x") == 1)
    }
}
